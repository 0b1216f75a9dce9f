"""Contract suites: subclass one in your tests, hand it your adapter and real payloads, and pytest proves the rest."""

from xbec.testing.platform_contract import PlatformContract

__all__ = ["PlatformContract"]
