"""The live pages: the board and one event of it, rendered here and brought up to date in the reader's browser.

Editions of the board come in, pages go out. Always true: a page works without its script; nothing in it is run but one
script of our own file; every text of a provider is text; no meaning is carried by colour alone; and every figure says
how old it is.
"""

from closeline.web.live.routes import install

__all__ = ["install"]
