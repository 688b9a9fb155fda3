#!/usr/bin/env python3
# Bug G6: where TLS fails, plain HTTP is tried, token and all.
# caught-by: g38-tls-foreign-ca tls.verified verdict
import http.client
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Wrong(base.Linker):
    def wire_trouble(self, error):
        self.base = self.base.replace("https:", "http:")
        return base.Answer(broken=type(error).__name__)


base.main(Wrong)
