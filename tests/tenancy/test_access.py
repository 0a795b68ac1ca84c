"""Roles are a closed set, and each may do what the one before it may."""

from itertools import pairwise

import pytest

from closeline.domain.errors import NotAllowed
from closeline.tenancy.access import OF_THE_HOUSE, PERMISSIONS, Permission, Role, Subject, require, smallest_role


def test_every_role_has_its_permissions_and_every_permission_a_role():
    assert set(PERMISSIONS) == set(Role)
    assert set().union(*PERMISSIONS.values()) == set(Permission)


def test_a_role_may_do_what_the_smaller_ones_may_and_more():
    for smaller, larger in pairwise(Role):
        assert PERMISSIONS[smaller] < PERMISSIONS[larger]


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("permission", Permission)
def test_a_subject_may_do_what_its_role_allows_and_nothing_else(role, permission):
    subject = Subject("default", "clk_1", role)
    if permission in PERMISSIONS[role]:
        require(subject, permission, house="default")
        return
    with pytest.raises(NotAllowed, match=f"must be {smallest_role(permission)} or above for this call, was {role}"):
        require(subject, permission, house="default")


def test_a_reader_changes_nothing():
    assert PERMISSIONS[Role.READER] == {Permission.READ}


@pytest.mark.parametrize("permission", Permission)
def test_what_all_tenants_share_is_changed_by_the_house_alone(permission):
    guest = Subject("guest", "clk_1", Role.ADMIN)
    if permission not in OF_THE_HOUSE:
        require(guest, permission, house="default")
        return
    with pytest.raises(NotAllowed, match="key must be of the tenant that serves this record"):
        require(guest, permission, house="default")
