#!/usr/bin/env python3
# Right: talks on stderr all the time, headers included, with the token masked; refuses more at the input.
import os
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import base


class Chatty(base.Linker):
    def read_input(self):
        self.token = ""
        super().read_input()
        self.verbose = True

    def check_input(self):
        super().check_input()
        if self.hint in ("global_key", "oauth_token"):
            raise base.Refused("bad_input", "input", "This is no API token.", self.hint)

    def send(self, path, url=None):
        for name, value in self.request_headers().items():
            self.note("> %s: %s" % (name, value))
        answer = super().send(path, url)
        self.note("< %s" % answer.body[:200].decode("utf-8", "replace"))
        return answer


base.main(Chatty)
