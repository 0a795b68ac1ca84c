"""Desks: everything that jobs are handed, built from the settings."""

import os
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from closeline.config import Settings, listed
from closeline.domain.clock import Clock
from closeline.domain.feeds.quota import Plan
from closeline.domain.ports import BoardShelf, Channel, Part
from closeline.domain.publishing.delivery import Unseen
from closeline.jobs.desk import Desk
from closeline.jobs.live.follower import Follower
from closeline.jobs.shelf import Archive, Shelf
from closeline.providers import boards
from closeline.providers.channels import FileChannel, InAppFeed
from closeline.providers.live import catalog as live
from closeline.providers.spool import FolderSpool
from closeline.store import models, schema
from closeline.store.database.engine import for_tenant
from closeline.store.models import merging
from closeline.store.packaged import packaged_limits
from closeline.store.packaged.seed import DEFAULT_TENANT, is_seeded, seed
from closeline.store.session import unit_of_work
from closeline.wiring.asking import event_markets, fetcher, injury_feeds, live_feeds
from closeline.wiring.carriers import carriers, notice
from closeline.wiring.chats import chats, observers
from closeline.wiring.log import configure_log
from closeline.wiring.props import prop_models
from closeline.wiring.reading import read, read_archives
from closeline.wiring.record import copying, engine_of, make_default_folder
from closeline.wiring.senses import clock, disk_free

if TYPE_CHECKING:
    pass


def open_desk(settings: Settings, archives: Sequence[Archive] = (), publish_from: date | None = None) -> Desk:
    """Build the desk: the record is created, upgraded and given its reference data where it needs that.

    Raises StoreFault when the record cannot be used, NotFound when it knows no such tenant.
    """
    configure_log(settings)
    make_default_folder(settings)
    engine = for_tenant(engine_of(settings), settings.tenant)
    schema.ready(engine, before=copying(settings))
    with unit_of_work(engine, write=False) as session:
        seeded = is_seeded(session)
    if not seeded:
        with unit_of_work(engine, tenant_id=DEFAULT_TENANT) as session:
            seed(session)
    with unit_of_work(engine, write=False) as session:
        models.config(session, tenant_id=settings.tenant, as_of=clock())
        lacking = merging.lacks(session, packaged_limits(), tenant_id=settings.tenant)
    if lacking:
        with unit_of_work(engine) as session:
            merging.merge(session, packaged_limits(), tenant_id=settings.tenant, at=clock())
    return Desk(
        engine, clock, settings.tenant, Shelf(archives), _channels(settings), publish_from, read,
        board=board_shelf(settings), quota=quota_plan(settings), spool=FolderSpool(settings.data_dir / "spool"),
        prop_models=prop_models(settings), notice=notice(settings), observers=observers(settings),
        unseen=Unseen(settings.delivery_unseen),
    )  # fmt: skip


def live_desk(
    settings: Settings, archives: Sequence[Archive] = (), publish_from: date | None = None, at: Clock = clock
) -> Desk:
    """Build the desk as `open_desk` does, with all that asks the outside world; raises BadSetting too."""
    asking, feeds, injuries_told = fetcher(settings, at), live_feeds(settings), injury_feeds(settings)
    leagues, markets = live.leagues(listed(settings.live_leagues)), event_markets(settings)
    desk = open_desk(settings, archives, publish_from)
    return replace(
        desk, clock=at, fetch=asking, feeds=feeds, injury_feeds=injuries_told, leagues=leagues,
        event_markets=markets, follower=Follower(desk.board), disk_free=partial(disk_free, settings.data_dir),
    )  # fmt: skip


def opener(settings: Settings) -> Callable[[Part], Desk]:
    """Return what opens the desk that a part of a fan-out wants; another process can be told of it."""
    return partial(_desk_of_part, settings)


def _desk_of_part(settings: Settings, part: Part) -> Desk:
    named = {"database_url": str(part["database"])} if part.get("database") else {}
    own = settings.model_copy(update=named)
    if not part.get("archives"):
        return open_desk(own)
    paths = [Path(path) for path in str(part["archives"]).split(os.pathsep)]
    return open_desk(own, read_archives(paths), date.fromisoformat(str(part["publish_from"])))


def board_shelf(settings: Settings) -> BoardShelf:
    """Return the shelf for the board that the settings name; raises BadSetting where there is none such."""
    return boards.board_shelf(settings.board_url, clock)


def quota_plan(settings: Settings) -> Plan:
    """Return what was bought of The Odds API, as the settings say."""
    return Plan(settings.odds_api_credits, settings.odds_api_reset_day, settings.odds_api_closing_percent)


def _channels(settings: Settings) -> tuple[Channel, ...]:
    folder = () if settings.publish_dir is None else (FileChannel(settings.publish_dir),)
    return (InAppFeed(), *folder, *chats(settings), *carriers(settings, clock))
