#!/usr/bin/env python3
# Bug A5: takes an outage of one verify endpoint for its no.
# caught-by: a06-user-endpoint-down verdict verify.called
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def ride_out(self, a, stage):
        if stage != "verify":
            super().ride_out(a, stage)


base.main(Wrong)
