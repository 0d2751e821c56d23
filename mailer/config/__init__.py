"""The office's configuration: one TOML file and the environment, read into one frozen `Config`.

Whatever is wrong is told at once, one line a fault; a secret's value is never told.
"""

from mailer.config.listeners import Console, Listener, Public
from mailer.config.read import keys, load
from mailer.config.sections import (
    AudienceConfig,
    Config,
    Database,
    EmbargoRules,
    Organisation,
    Relay,
)
from mailer.config.tell import told

__all__ = [
    "AudienceConfig",
    "Config",
    "Console",
    "Database",
    "EmbargoRules",
    "Listener",
    "Organisation",
    "Public",
    "Relay",
    "keys",
    "load",
    "told",
]
