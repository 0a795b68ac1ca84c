"""`closeline keys`: who may call the API, in which role, and until when."""

from typing import TYPE_CHECKING, Annotated

import typer

from closeline.cli.actor import named
from closeline.cli.opening import opened, reading
from closeline.cli.options import AsJson, Database
from closeline.cli.printing import print_json, print_table, say
from closeline.tenancy.access import KEY_DAYS_DEFAULT, Role

if TYPE_CHECKING:
    from datetime import datetime

    from closeline.schemas import doors as shapes
    from closeline.store.access import ApiKey

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke keys to the API.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Whose key it is, or what for.")],
    *,
    role: Annotated[Role, typer.Option("--role", case_sensitive=False, help="What the key may do.")] = Role.READER,
    expires_days: Annotated[int, typer.Option("--expires-days", help="Days until it expires.")] = KEY_DAYS_DEFAULT,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Make a key and show it, this once: the record keeps its hash alone."""
    from closeline.schemas.doors import NewKey
    from closeline.store.session import unit_of_work
    from closeline.tenancy import keys
    from closeline.wiring import new_secret

    secret = new_secret()
    with opened(db) as desk:
        actor, at = named(None, desk), desk.clock()
        with unit_of_work(desk.engine) as session:
            key = keys.create(
                session, secret, tenant_id=desk.tenant_id, name=name, role=role, days=expires_days, actor=actor, at=at
            )
    result = NewKey(key=_shape(key, at), token=secret.token)
    if as_json:
        print_json(result)
        return
    say(f"key {key.key_id} for {key.name}, {key.role}, until {key.expires_at:%Y-%m-%d %H:%M} UTC")
    say(result.token)
    say("It is shown this once. Send it as: Authorization: Bearer KEY")


@app.command("list")
def list_keys(*, db: Database = None, as_json: AsJson = False) -> None:
    """List keys, the revoked and the expired too; never their secrets."""
    from closeline.schemas.doors import Keys
    from closeline.tenancy import keys

    with reading(db) as (desk, session):
        found = keys.listed(session, tenant_id=desk.tenant_id)
        result = Keys(keys=[_shape(key, desk.clock()) for key in found])
    if as_json:
        print_json(result)
        return
    columns = ("key", "name", "role", "state", "created", "expires", "last used")
    empty = "none; run: closeline keys create NAME --role reader"
    print_table("Keys", columns, [_row(key) for key in result.keys], empty)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="KEY_ID", help="The key, as `closeline keys list` names it.")],
    *,
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Let a key open nothing from now on."""
    from closeline.store.session import unit_of_work
    from closeline.tenancy import keys

    with opened(db) as desk:
        actor, at = named(None, desk), desk.clock()
        with unit_of_work(desk.engine) as session:
            key = keys.revoke(session, key_id, tenant_id=desk.tenant_id, actor=actor, at=at)
    if as_json:
        print_json(_shape(key, at))
        return
    say(f"key {key.key_id} for {key.name} opens nothing since {key.revoked_at:%Y-%m-%d %H:%M:%S} UTC")


@app.command()
def rotate(
    key_id: Annotated[str, typer.Argument(metavar="KEY_ID", help="The key, as `closeline keys list` names it.")],
    *,
    overlap_minutes: Annotated[
        int, typer.Option("--overlap-minutes", min=0, help="How long the old key opens what it did.")
    ] = 1440,
    expires_days: Annotated[int, typer.Option("--expires-days", help="Days until the new one expires.")] = (
        KEY_DAYS_DEFAULT
    ),
    db: Database = None,
    as_json: AsJson = False,
) -> None:
    """Make a key in the place of another: both are valid until the old one ends, so that no call has to fail."""
    from datetime import timedelta

    from closeline.schemas.doors import RotatedKey
    from closeline.store.session import unit_of_work
    from closeline.tenancy import keys
    from closeline.wiring import new_secret

    secret, overlap = new_secret(), timedelta(minutes=overlap_minutes)
    with opened(db) as desk:
        actor, at = named(None, desk), desk.clock()
        with unit_of_work(desk.engine) as session:
            made, old = keys.rotate(
                session, key_id, secret, tenant_id=desk.tenant_id, overlap=overlap, days=expires_days, actor=actor,
                at=at,
            )  # fmt: skip
    result = RotatedKey(key=_shape(made, at), token=secret.token, old=_shape(old, at))
    if as_json:
        print_json(result)
        return
    say(f"key {made.key_id} for {made.name}, {made.role}, until {made.expires_at:%Y-%m-%d %H:%M} UTC")
    say(result.token)
    say(f"It is shown this once. The old one, {old.key_id}, is valid until {old.expires_at:%Y-%m-%d %H:%M:%S} UTC.")


def _shape(key: "ApiKey", at: "datetime") -> "shapes.Key":
    from closeline.schemas.doors import Key

    state = "LIVE" if key.is_live(at) else "REVOKED" if key.revoked_at else "EXPIRED"
    fields = {name: getattr(key, name) for name in Key.model_fields if name != "state"}
    return Key.model_validate({"state": state, **fields})


def _row(key: "shapes.Key") -> tuple[object, ...]:
    used = f"{key.last_used_at:%Y-%m-%d %H:%M}" if key.last_used_at else None
    return (key.key_id, key.name, key.role, key.state, f"{key.created_at:%Y-%m-%d}", f"{key.expires_at:%Y-%m-%d}", used)
