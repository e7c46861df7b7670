# The lazy exports of `__init__.py`, for type checkers: an import there would load all modules immediately.
from vsidata.commands.functions import audit as audit
from vsidata.commands.functions import build as build
from vsidata.commands.functions import plan as plan
from vsidata.commands.functions import report as report
from vsidata.dataset.build import Build as Build
from vsidata.errors import VsiError as VsiError

__version__: str
