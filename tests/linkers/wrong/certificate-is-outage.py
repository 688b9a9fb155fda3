#!/usr/bin/env python3
# Bug G6: an expired certificate is told as an outage, to be tried again.
# caught-by: g39-tls-expired verdict
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def wire_trouble(self, error):
        return base.Answer(broken=type(error).__name__)


base.main(Wrong)
