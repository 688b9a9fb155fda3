#!/usr/bin/env python3
# Bug C2: hands the exception on with the whole request in it.
# caught-by: h03-verbose-outage secret.stderr
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def wire_trouble(self, error):
        print("failed: %s, sent %s" % (error, self.request_headers()), file=sys.stderr)
        return super().wire_trouble(error)


base.main(Wrong)
