"""Notices as many mail systems word them, in short, and what is to be read of each."""

from __future__ import annotations

from sample_parts import ANN, BEN, HEAD, OURS, Expected, Sample
from samples_hosts import HOSTS
from samples_languages import LANGUAGES
from samples_more import MORE
from samples_providers import PROVIDERS
from samples_shapes import SHAPES
from samples_unix import UNIX
from samples_world import WORLD

__all__ = ["ANN", "BEN", "HEAD", "OURS", "SAMPLES", "Expected"]

SAMPLES: list[Sample] = [*UNIX, *HOSTS, *LANGUAGES, *MORE, *PROVIDERS, *SHAPES, *WORLD]
