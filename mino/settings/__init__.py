"""Django's settings, all from the environment (`mino.env`; docs/operations.md lists the variables)."""

from __future__ import annotations

from mino.settings.api import *  # noqa: F403
from mino.settings.database import *  # noqa: F403
from mino.settings.files import *  # noqa: F403
from mino.settings.foundation import *  # noqa: F403
from mino.settings.logs import *  # noqa: F403
from mino.settings.mail import *  # noqa: F403
from mino.settings.messages import *  # noqa: F403
from mino.settings.own import *  # noqa: F403
from mino.settings.parts import *  # noqa: F403
from mino.settings.people import *  # noqa: F403
from mino.settings.schedule import *  # noqa: F403
from mino.settings.security import *  # noqa: F403
