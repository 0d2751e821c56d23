"""What the samples of notices are made of: whose addresses are whose, and the message they return.

Each is (name, header fields, text, expected); `{F}` is the returned message's head, in the text.
Expected: address, action, permanence, status.
"""

from __future__ import annotations

OURS = "bounces+aaaabbbbccccddddeeee@press.example"
ANN = "ann@daily.example"
BEN = "ben@weekly.example"

HEAD = f"""Return-Path: <{OURS}>
Received: from press.example by mx.daily.example; Mon, 2 Nov 2026 09:00:00 +0000
Date: Mon, 2 Nov 2026 09:00:00 +0000
From: Press Office <press@press.example>
Reply-To: desk@press.example
To: Ann Ace <{ANN}>
Subject: Small boats land half the catch
Message-ID: <20261102.1@press.example>
MIME-Version: 1.0

Text"""

Expected = list[tuple[str, str, str, str]]
Sample = tuple[str, str, str, Expected]
FAILED, DELAYED, DELIVERED = "failed", "delayed", "delivered"
PERMANENT, TEMPORARY = "permanent", "temporary"
DAEMON = "From: Mail Delivery Subsystem <MAILER-DAEMON@mx.daily.example>\nSubject: Returned mail"
