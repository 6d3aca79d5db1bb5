"""The public names are what they say, whatever was imported before."""

import importlib

import stationkeep as sk


def test_a_subpackage_does_not_hide_the_function_of_its_name():
    importlib.import_module("stationkeep.report.checks")
    importlib.import_module("stationkeep.plan")
    assert callable(sk.report)


def test_every_public_name_loads():
    for name in sk.__all__:
        assert getattr(sk, name) is not None
