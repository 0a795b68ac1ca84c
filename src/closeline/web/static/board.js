// The live pages' only script. Without it every page stands and is whole; with it the board follows by itself.
// Every text that comes from outside goes in by textContent, never as markup.
"use strict";

const MINUS = "\u2212";
const NONE = "\u2013";
const LEAGUES = { nfl: "NFL", ncaaf: "NCAAF", nba: "NBA", ncaab: "NCAAB", mlb: "MLB", nhl: "NHL" };
const FLAGS = {
  IN_PLAY: "in play", SUSPENDED: "suspended", ABSENT: "withdrawn", STALE: "stale", OLD_CONTENT: "old at its book", ASSUMED: "assumed price",
  EXCHANGE: "exchange", ONE_SIDED: "one side only", UNDERROUND: "underround", BOOKSUM: "impossible sum",
  NO_FAIR: "no fair price", OUTLIER: "outlier", NO_CONSENSUS: "too few books",
};
const QUIET = new Set(["PUSH_POSSIBLE", "SPLIT_LINE", "OUTLIER_DROPPED"]);
const GRAVE = new Set(["STALE", "OLD_CONTENT", "SUSPENDED", "ABSENT", "OUTLIER", "BOOKSUM", "IN_PLAY"]);
const ANNOUNCE_EVERY = 10000;
const RELOAD_EVERY = 1500;
const RENEW_EVERY = 4000;

const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
const shapes = {
  moment: { weekday: "short", day: "2-digit", month: "short", hour: "2-digit", minute: "2-digit", hour12: false, timeZoneName: "short" },
  clock: { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false, timeZoneName: "short" },
  minute: { hour: "2-digit", minute: "2-digit", hour12: false, timeZoneName: "short" },
};
const writers = {};
for (const [name, shape] of Object.entries(shapes)) writers[name] = new Intl.DateTimeFormat("en-GB", { ...shape, hourCycle: "h23" });

// ------------------------------------------------------------------------------------------------ figures

function signed(value, digits) {
  let text = Math.abs(value).toFixed(digits);
  if (Number(text) === 0) return text;
  return (value < 0 ? MINUS : "+") + text;
}
function percent(value) { return value === null ? NONE : (100 * value).toFixed(1).replace("-", MINUS) + " %"; }
function percentSigned(value) { return value === null ? NONE : signed(100 * value, 1) + " %"; }
function american(points) { return points > 0 ? "+" + points : MINUS + -points; }
function fairAmerican(chance) {
  if (chance === null || chance <= 0 || chance >= 1) return NONE;
  const net = 1 / chance - 1;
  const whole = Math.floor((net >= 1 ? 100 * net : 100 / net) + 0.5);
  return american(net >= 1 || whole === 100 ? whole : -whole);
}
function lineText(line, market) {
  if (line === null) return "";
  const text = String(Math.abs(line));
  if (line < 0) return MINUS + text;
  return market.startsWith("SPREAD") && line > 0 ? "+" + text : text;
}
function age(seconds) {
  const whole = Math.max(0, seconds);
  for (const [length, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) if (whole >= length) return Math.floor(whole / length) + " " + unit;
  return Math.floor(whole) + " s";
}
function worth(value) { return value === null ? "none" : value >= 0.0005 ? "above" : value <= -0.0005 ? "below" : "none"; }

// -------------------------------------------------------------------------------------------------- times

function localise(root) {
  for (const element of root.querySelectorAll("[data-time]")) {
    const at = new Date(element.dataset.time);
    if (!Number.isNaN(at.getTime())) element.textContent = writers[element.dataset.shape].format(at);
  }
}
function timeElement(text, shape) {
  const element = document.createElement("time");
  element.dateTime = text;
  element.dataset.time = text;
  element.dataset.shape = shape;
  element.textContent = writers[shape].format(new Date(text));
  return element;
}
// The desk's clock, which may not be the reader's: it was so far from ours when the page was made.
let ahead = 0;
function now() { return Date.now() + ahead; }
function setClock(text) { const at = Date.parse(text); if (!Number.isNaN(at)) ahead = at - Date.now(); }
function tick() {
  for (const element of document.querySelectorAll("[data-since]")) {
    element.textContent = age((now() - Date.parse(element.dataset.since)) / 1000) + " ago";
  }
}

// ------------------------------------------------------------------------------------------------- status

const live = document.getElementById("live");
let said = 0;
let waiting = null;
function status(state, text) {
  live.dataset.state = state;
  // A reader that speaks must not be talked to at every tick.
  clearTimeout(waiting);
  const wait = Math.max(0, said + (state === "live" ? ANNOUNCE_EVERY : 0) - Date.now());
  const say = () => { said = Date.now(); if (live.textContent !== text) live.textContent = text; };
  if (wait === 0) say(); else waiting = setTimeout(say, wait);
}

// ------------------------------------------------------------------------------------------------- a row

function cell(tr, name) { return tr.querySelector(`[data-cell="${name}"]`); }
function put(tr, name, text) {
  const found = cell(tr, name);
  if (found.textContent !== text) found.textContent = text;
}
function tag(text, kind) {
  const element = document.createElement("span");
  element.className = "tag " + kind;
  element.textContent = text;
  return element;
}
function selectionText(row, card) {
  const names = { HOME: card ? card.home : "Home", AWAY: card ? card.away : "Away", DRAW: "Draw", OVER: "Over", UNDER: "Under" };
  if (!card) return row.label;
  const text = (names[row.side] + " " + lineText(row.line, row.market_key)).trimEnd();
  return row.player_id ? row.player_id + ": " + text : text;
}
function marketText(key) {
  const [kind, period] = key.split(":");
  const name = kind[0] + kind.slice(1).toLowerCase().replaceAll("_", " ");
  return period === "FULL_GAME" ? name : name + " " + period;
}
function movedText(moved) {
  if (moved === null || moved.probability_points === null) return NONE;
  const points = moved.probability_points;
  return Math.abs(points) < 0.05 ? "0.0" : (points > 0 ? "\u25b2 " : "\u25bc ") + Math.abs(points).toFixed(1);
}
function openedText(row) {
  const moved = row.movement;
  if (moved === null || moved.probability_points === null) return "";
  const unsigned = row.format === "AMERICAN" && /^[0-9]/.test(moved.opened);
  return ("from " + lineText(moved.opened_line, row.market_key) + " " + (unsigned ? "+" : "") + moved.opened).replace("  ", " ").replaceAll("-", MINUS);
}
function fill(tr, row, card) {
  const before = tr.dataset.decimal;
  tr.id = row.row_id;
  tr.dataset.ev = row.ev === null ? "" : String(row.ev);
  tr.dataset.decimal = String(row.decimal);
  if (card) tr.dataset.starts = card.starts_at;
  tr.className = "worth-" + worth(row.ev);
  put(tr, "selection", selectionText(row, card));
  put(tr, "game", card ? card.away + " at " + card.home : row.event_id);
  cell(tr, "game").setAttribute("href", "/events/" + encodeURIComponent(row.event_id));
  put(tr, "league", card ? LEAGUES[card.league] || card.league : "");
  if (card) cell(tr, "starts").replaceChildren(timeElement(card.starts_at, "moment"));
  put(tr, "market", marketText(row.market_key));
  put(tr, "book", row.book);
  put(tr, "american", american(row.american));
  put(tr, "decimal", row.decimal.toFixed(3));
  put(tr, "fair", fairAmerican(row.fair));
  put(tr, "fair_chance", percent(row.fair));
  put(tr, "ev", percentSigned(row.ev));
  put(tr, "kelly", percent(row.kelly));
  put(tr, "hold", percent(row.hold));
  put(tr, "moved", movedText(row.movement));
  put(tr, "opened", openedText(row));
  seen(tr, row.seen_at);
  fillNotes(tr, row);
  if (before !== undefined && before !== "" && Number(before) !== row.decimal) turn(tr, row.decimal > Number(before));
}
function turn(tr, longer) {
  const mark = cell(tr, "turn");
  mark.textContent = longer ? "\u2191" : "\u2193";
  const words = document.createElement("span");
  words.className = "aside";
  words.textContent = longer ? " longer than before, " : " shorter than before, ";
  mark.append(words);
}
function seen(tr, text) {
  cell(tr, "seen").replaceChildren(timeElement(text, "clock"));
  cell(tr, "age").dataset.since = text;
}
function fillNotes(tr, row) {
  const codes = row.availability === "PRICED" ? [] : [row.availability];
  for (const flag of row.flags) if (!QUIET.has(flag) && !codes.includes(flag)) codes.push(flag);
  if (row.movement !== null && row.movement.steam) codes.push("STEAM");
  const tags = codes.map((code) => tag(FLAGS[code] || code.replaceAll("_", " ").toLowerCase(), GRAVE.has(code) ? "warn" : "plain"));
  if (row.best) tags.unshift(tag("best price", row.ev === null ? "plain" : "best"));
  cell(tr, "notes").replaceChildren(...tags);
}
function highlight(tr) {
  tr.classList.add("fresh");
  setTimeout(() => tr.classList.remove("fresh"), 4000);
}

// ------------------------------------------------------------------------------------------------ a board

function followBoard(table) {
  const body = table.tBodies[0];
  const blank = document.getElementById("blank-row").content.querySelector("tr");
  const region = table.closest(".board");
  const renew = renewing(["figures", "bets"], RENEW_EVERY, () => {});
  const whole = table.dataset.whole === "yes";
  const cards = new Map();
  const rows = new Map();
  for (const tr of body.rows) rows.set(tr.id, tr);
  for (const tr of rows.values()) {
    tr.dataset.decimal = String(Number(tr.dataset.price));
    // Who plays whom is told again only when it changes, so it is read off the rows that the server wrote.
    const { event, home, away, league, starts } = tr.dataset;
    if (home !== undefined) cards.set(event, { event_id: event, home, away, league, starts_at: starts });
  }
  let total = Number(document.getElementById("total").textContent.replaceAll(",", ""));

  function place(tr) {
    const key = (item) => table.dataset.sort === "ev" ? -(item.dataset.ev === "" ? -Infinity : Number(item.dataset.ev)) : Date.parse(item.dataset.starts || "") || 0;
    const after = [...body.rows].find((other) => other !== tr && key(other) > key(tr));
    body.insertBefore(tr, after || null);
  }
  function add(row) {
    const tr = blank.cloneNode(true);
    fill(tr, row, cards.get(row.event_id) || null);
    rows.set(row.row_id, tr);
    place(tr);
    return tr;
  }
  function update(row) {
    const tr = rows.get(row.row_id);
    if (!tr) return null;
    fill(tr, row, cards.get(row.event_id) || null);
    return tr;
  }
  function remove(name) {
    const tr = rows.get(name);
    if (!tr) return;
    const held = tr.contains(document.activeElement);
    rows.delete(name);
    tr.remove();
    if (held) region.focus();
  }
  function counts(made) {
    document.getElementById("total").textContent = total.toLocaleString("en-US");
    region.hidden = rows.size === 0;
    const none = document.getElementById("none");
    if (none) none.hidden = rows.size > 0;
    const version = document.getElementById("version");
    if (!version) return;
    version.textContent = made.edition.split("-")[0];
    const time = document.getElementById("made");
    time.dateTime = time.dataset.time = made.made_at;
    time.textContent = writers.clock.format(new Date(made.made_at));
    document.getElementById("board-age").dataset.since = made.made_at;
  }
  function took(made) {
    table.dataset.edition = made.edition;
    if (Date.parse(made.made_at) > now()) setClock(made.made_at);
    for (const card of made.events) cards.set(card.event_id, card);
  }
  return {
    board(page) {
      took(page);
      const wanted = new Set(page.rows.map((row) => row.row_id));
      for (const name of [...rows.keys()]) if (!wanted.has(name)) remove(name);
      for (const row of page.rows) if (!update(row) && whole) add(row);
      total = page.total;
      counts(page);
      renew();
      status("live", "Live: the whole board was sent anew.");
    },
    changes(news) {
      took(news);
      for (const name of news.removed) remove(name);
      const fresh = [];
      for (const row of news.changed) fresh.push(update(row));
      if (whole) for (const row of news.added) fresh.push(add(row));
      for (const again of news.seen) for (const name of again.row_ids) { const tr = rows.get(name); if (tr) seen(tr, again.seen_at); }
      fresh.filter(Boolean).forEach(highlight);
      total += news.added.length - news.removed.length;
      counts(news);
      if (news.opportunities !== null || news.added.length || news.removed.length || news.changed.length) renew();
      const parts = [[news.changed.length, "changed"], [news.added.length, "new"], [news.removed.length, "gone"]].filter(([n]) => n > 0).map(([n, what]) => `${n} ${what}`);
      status("live", parts.length ? `Live: ${parts.join(", ")}.` : "Live: nothing changed.");
    },
  };
}

// --------------------------------------------------------------------------- parts that the server writes anew

// Ask for this very page once more, soon and not too often, and put the parts of these names in the place of ours.
function renewing(names, every, done) {
  let last = 0;
  let asked = null;
  async function renew() {
    asked = null;
    last = Date.now();
    try {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      done(names.map((name) => swapped(page, name)).every(Boolean));
    } catch (fault) { status("lost", "The newest prices could not be fetched; trying again."); }
  }
  return () => { if (asked === null) asked = setTimeout(renew, Math.max(0, last + every - Date.now())); };
}
function swapped(page, name) {
  const fresh = page.getElementById(name);
  const held = document.getElementById(name);
  // Whoever is inside by keyboard is not thrown out of it.
  if (!fresh || !held || held.contains(document.activeElement)) return false;
  localise(fresh);
  const open = [...held.querySelectorAll("details")].map((element) => element.open);
  held.replaceWith(document.adoptNode(fresh));
  fresh.querySelectorAll("details").forEach((element, at) => { element.open = open[at] || false; });
  tick();
  return true;
}

// ----------------------------------------------------------------------------------------------- an event

function followEvent() {
  const renew = renewing(["event"], RELOAD_EVERY, (whole) => {
    status("live", whole ? "Live: prices of this game changed." : "Live: prices changed; Refresh shows them.");
  });
  function due(news) {
    const quiet = news.rows === undefined && !news.added.length && !news.changed.length && !news.removed.length;
    if (quiet) status("live", "Live."); else renew();
  }
  return { board: due, changes: due };
}

// ----------------------------------------------------------------------------------------------- following

function follow(address, takes) {
  const source = new EventSource(address);
  let failing = 0;
  source.addEventListener("open", () => { failing = 0; status("live", "Live."); });
  for (const kind of ["board", "changes"]) source.addEventListener(kind, (event) => takes[kind](JSON.parse(event.data)));
  source.addEventListener("error", () => {
    failing += 1;
    status("lost", "Connection lost; reconnecting. Prices may be old.");
    // A browser gives up for good after an answer that is no stream, such as one of a server that is starting.
    if (source.readyState === EventSource.CLOSED) {
      setTimeout(() => follow(address, takes), Math.min(30000, 1000 * 2 ** Math.min(failing, 5)));
    }
  });
  addEventListener("pagehide", () => source.close(), { once: true });
}

const table = document.getElementById("board");
const main = table || document.getElementById("event");
if (main) {
  setClock(main.dataset.now);
  document.getElementById("zone").textContent = `Times are ${zone}`;
  localise(document);
  setInterval(tick, 1000);
  follow(main.dataset.stream, table ? followBoard(table) : followEvent());
}
