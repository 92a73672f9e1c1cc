"""What the users of the load test do. Locust runs it in an environment of its own: nothing of MINO is imported here.

`MINO_LOAD_PLAN` names a JSON file that says who they are and what there is; each request is a line of the CSV file that
it names (`requests`): when it ended, its kind and name, its milliseconds, its status, and what was wrong with it.
"""

from __future__ import annotations

import csv
import itertools
import json
import os
import random
import re
import time
from pathlib import Path
from typing import Any

from locust import HttpUser, between, events, task
from locust.env import Environment

PLAN: dict[str, Any] = json.loads(Path(os.environ["MINO_LOAD_PLAN"]).read_text())
PLACES: dict[str, Any] = PLAN["places"]
FINISHED = (200, 302, 409)
"""What a control answers; 409 where the execution has ended meanwhile."""
COMPUTING = 202
"""A large comparison that a worker is to compute first."""
_turns = itertools.count()


@events.init.add_listener
def write_requests(environment: Environment, **_: Any) -> None:
    """Write a line for each request."""
    file = Path(PLAN["requests"]).open("w", newline="", buffering=1)  # noqa: SIM115 - open until Locust ends
    writer = csv.writer(file)

    def write(
        request_type: str, name: str, response_time: float, exception: Exception | None, response: Any, **_: Any
    ) -> None:
        status = getattr(response, "status_code", 0)
        writer.writerow([time.time(), request_type, name, response_time, status, exception or ""])

    environment.events.request.add_listener(write)


class Visitor(HttpUser):
    """Somebody who asks for something every 5 to 10 seconds, of an organization in turn."""

    abstract = True
    wait_time = between(*PLAN["wait"])

    def on_start(self) -> None:
        """Take a place."""
        self.number = next(_turns)
        slugs = list(PLACES)
        self.slug = slugs[self.number % len(slugs)]
        self.place = PLACES[self.slug]
        self.started: list[str] = []
        """The executions that this user has started."""
        self.client.headers["X-Forwarded-For"] = f"10.{self.number // 250}.{self.number % 250}.1"

    def ask(self, kind: str, name: str, method: str, path: str, expected: tuple[int, ...] = (200,), **more: Any) -> Any:
        """Send a request; any status that is not expected is an error. Answers the response."""
        options = {"catch_response": True, "allow_redirects": False, "timeout": 60, **more}
        with self.client.request(method, path, name=f"{kind}: {name}", **options) as response:
            if response.status_code in expected:
                response.success()
            else:
                told = " ".join((response.text or str(response.error or "")).split())[:200]
                response.failure(f"{path} answered {response.status_code}, {told}")
            return response

    def one(self, name: str) -> str:
        """One of the organization's objects of a kind."""
        return str(random.choice(self.place[name]))

    def latest(self) -> str:
        """The execution that this user started last, else one that was there before."""
        return self.started[-1] if self.started else self.one("executions")


class Bare(Visitor):
    """The floor: the same users ask for a bare view."""

    fixed_count = PLAN["users"] if PLAN["bare"] else 0
    weight = 1 if PLAN["bare"] else 0

    @task
    def jobs(self) -> None:
        """Fifty jobs."""
        self.ask("page", "bare", "GET", f"/bare/{self.one('executions')}")


class Person(Visitor):
    """Somebody with a browser, who signs in once."""

    weight = 0 if PLAN["bare"] else 7

    def on_start(self) -> None:
        """Sign in by the form."""
        super().on_start()
        people = self.place["people"]
        self.ask("sign in", "form", "GET", "/accounts/login/")
        form = {"login": people[self.number // len(PLACES) % len(people)], "password": PLAN["password"]}
        self.post("sign in", "/accounts/login/", form, kind="sign in")

    def post(self, name: str, path: str, data: dict[str, Any], *, kind: str = "write") -> Any:
        """Send a form as the page would; follow where it leads."""
        token = self.client.cookies.get("csrftoken", "")
        form = {"csrfmiddlewaretoken": token, **data}
        headers = {"Origin": self.host, "Referer": self.host + path}
        response = self.ask(kind, name, "POST", path, FINISHED, data=form, headers=headers)
        if response.status_code == 302 and kind == "write":
            self.page(f"after {name}", response.headers["Location"])
        return response

    def page(self, name: str, path: str, *, live: bool = False) -> Any:
        """Look at a page, or at its live part as htmx asks for it."""
        headers = {"HX-Request": "true", "X-Requested-With": "XMLHttpRequest"} if live else {}
        return self.ask("live" if live else "page", name, "GET", path, headers=headers)

    def of(self, path: str) -> str:
        """An address of the organization."""
        return f"/o/{self.slug}/{path}"

    @task(10)
    def home(self) -> None:
        """The first page."""
        self.page("home", self.of(""))

    @task(6)
    def home_live(self) -> None:
        """The home page asks again while something runs."""
        self.page("home", self.of(""), live=True)

    @task(6)
    def projects(self) -> None:
        """The list of projects, or one of them."""
        if random.random() < 0.5:
            self.page("projects", self.of("projects/"))
        else:
            self.page("project", self.of(f"projects/{self.one('projects')}/"))

    @task(8)
    def executions(self) -> None:
        """The list of executions, whole or filtered."""
        query = random.choice(["", "", "?status=failed", "?type=production", "?status=completed"])
        self.page("executions", self.of(f"executions/{query}"))

    @task(10)
    def batch(self) -> None:
        """A batch, from anywhere in it, or filtered."""
        after = random.randrange(self.place["rows"])
        query = random.choice(["", f"?after={after}", "?status=error", "?evaluation_result=fail", "?search=shop-12"])
        self.page("batch", self.of(f"batches/{self.one('batches')}/{query}"))

    @task(5)
    def grid(self) -> None:
        """The grid asks for rows."""
        self.page("grid", self.of(f"batches/{self.one('batches')}/grid/"))

    @task(10)
    def results(self) -> None:
        """The results of an execution."""
        after = random.randrange(self.place["rows"])
        query = random.choice(["", f"?after={after}", "?evaluation_result=fail", "?status=error", "?sort=accuracy"])
        self.page("results", self.of(f"executions/{self.one('executions')}/results/{query}"))

    @task(8)
    def job(self) -> None:
        """A job with its answers."""
        self.page("job", self.of(f"jobs/{self.one('jobs')}/"))

    @task(4)
    def execution(self) -> None:
        """The page of an execution."""
        self.page("execution", self.of(f"executions/{self.latest()}/"))

    @task(10)
    def execution_live(self) -> None:
        """The live view asks again while it runs."""
        self.page("execution", self.of(f"executions/{self.latest()}/"), live=True)

    @task(5)
    def analytics(self) -> None:
        """Charts of a project, a batch or an execution."""
        where = random.choice(["projects", "batches", "executions"])
        self.page(f"analytics of {where}", self.of(f"{where}/{self.one(where)}/analytics/"))

    @task(4)
    def comparison(self) -> None:
        """Two executions side by side."""
        first = random.choice([0, 2])
        one, other = self.place["executions"][first : first + 2]
        self.page("comparison", self.of(f"compare/?executions={one},{other}"))

    @task(4)
    def patterns(self) -> None:
        """What goes wrong and where."""
        self.page("patterns", self.of(f"projects/{self.one('projects')}/patterns/"))

    @task(3)
    def exports(self) -> None:
        """Files that were ordered."""
        self.page("exports", self.of("exports/"))

    @task(2)
    def errors(self) -> None:
        """What failed for good, and what is tried again."""
        self.page("dead letters", self.of(random.choice(["dead-letters/", "retries/"])))

    @task(3)
    def edit_truth(self) -> None:
        """Correct a cell."""
        number = random.randrange(1, self.place["rows"])
        path = self.of(f"batches/{self.one('batches')}/rows/{number}/truth/")
        text = self.page("truth of a row", path).text
        seen = dict(re.findall(r'name="(seen-\d+)" value="([^"]*)"', text))
        if seen:
            name = next(iter(seen))
            value = f"{random.randrange(900)}.50"
            self.post("edit truth", f"{path}change/", {**seen, name.replace("seen", "value"): value})

    @task(1)
    def begin(self) -> None:
        """Start an execution of five rows by the built-in agent."""
        path = self.of(f"batches/{self.place['live_batch']}/run/")
        self.page("run", path)
        form = {
            "agent": "local",
            "instruction_version": self.place["version"],
            "type": "test",
            "sample_method": "random",
            "sample_size": 5,
            "concurrency": 2,
            "max_retries": 1,
            "repeats": 1,
            "allow_parallel": "on",
        }
        response = self.post("start an execution", path, form)
        if response.status_code == 302:
            self.started.append(response.headers["Location"].rstrip("/").rsplit("/", 1)[-1])

    @task(2)
    def control(self) -> None:
        """Pause, resume or stop what this user started."""
        if self.started:
            act = random.choice(["pause", "resume", "resume", "stop"])
            self.post(act, self.of(f"executions/{self.started[-1]}/{act}/"), {})


class Program(Visitor):
    """A program with an API key."""

    weight = 0 if PLAN["bare"] else 3

    def on_start(self) -> None:
        """Take the organization's key."""
        super().on_start()
        self.client.headers["Authorization"] = f"Bearer {self.place['key']}"

    def read(self, name: str, path: str, **more: Any) -> Any:
        """Read from the API."""
        return self.ask("api", name, "GET", f"/api/v1/{path}", **more)

    def write(self, name: str, path: str, expected: tuple[int, ...], method: str = "POST", **more: Any) -> Any:
        """Change something by the API."""
        return self.ask("write", name, method, f"/api/v1/{path}", expected, **more)

    @task(10)
    def lists(self) -> None:
        """A list, and the page behind it."""
        name, path = random.choice(
            [
                ("projects", "projects"),
                ("batches", "batches"),
                ("executions", "executions?status=completed"),
                ("executions", "executions?include=total&limit=20"),
                ("exports", "exports"),
                ("patterns", f"projects/{self.one('projects')}/patterns"),
            ]
        )
        page = self.read(name, path)
        cursor = page.json()["pagination"]["next_cursor"] if page.status_code == 200 else None
        if cursor:
            self.read(f"{name}, next page", path, params={"cursor": cursor})

    @task(12)
    def jobs(self) -> None:
        """Results, filtered, page by page."""
        query = random.choice(["", "?evaluation_result=fail", "?status=error", "?sort=position&limit=100"])
        path = f"executions/{self.one('executions')}/jobs{query}"
        page = self.read("jobs", path)
        cursor = page.json()["pagination"]["next_cursor"] if page.status_code == 200 else None
        if cursor:
            self.read("jobs, next page", path, params={"cursor": cursor})

    @task(8)
    def rows(self) -> None:
        """Rows of a batch."""
        self.read("rows", f"batches/{self.one('batches')}/rows?limit=100")

    @task(8)
    def objects(self) -> None:
        """One object."""
        name, path = random.choice(
            [
                ("job", f"jobs/{self.one('jobs')}"),
                ("batch", f"batches/{self.one('batches')}"),
                ("project", f"projects/{self.one('projects')}"),
                ("execution", f"executions/{self.latest()}"),
            ]
        )
        self.read(name, path)

    @task(4)
    def figures(self) -> None:
        """Analytics and comparison."""
        where = random.choice(["projects", "batches", "executions"])
        self.read(f"analytics of {where}", f"{where}/{self.one(where)}/analytics")
        one, other = self.place["executions"][:2]
        self.read("comparison", f"executions/{other}/comparison?baseline_id={one}", expected=(200, COMPUTING))

    @task(6)
    def follow(self) -> None:
        """Wait up to five seconds for something new about the execution that was started last."""
        if self.started:
            path = f"/api/v1/executions/{self.started[-1]}/events/poll?last_event_id=0&wait=5"
            self.ask("wait", "long poll", "GET", path, allow_redirects=True)

    @task(1)
    def begin(self) -> None:
        """Start an execution of five rows by the built-in agent."""
        body = {"agent": "local", "sample_method": "random", "sample_size": 5, "concurrency": 2, "allow_parallel": True}
        response = self.write("start an execution", f"batches/{self.place['live_batch']}/executions", (201,), json=body)
        if response.status_code == 201:
            self.started.append(response.json()["id"])

    @task(2)
    def control(self) -> None:
        """Pause, resume or stop it."""
        if self.started:
            act = random.choice(["pause", "resume", "resume", "stop"])
            self.write(act, f"executions/{self.started[-1]}/{act}", FINISHED)

    @task(2)
    def edit_truth(self) -> None:
        """Correct a cell."""
        change = {"row_id": self.one("row_ids"), "column": "price", "value": f"{random.randrange(900)}.50"}
        body = {"changes": [change], "reason": "Looked at it"}
        self.write("edit truth", f"batches/{self.place['batches'][0]}/ground-truth", (200,), "PATCH", json=body)

    @task(2)
    def tag(self) -> None:
        """Put a tag on a row, or take it off."""
        body = {"tag_id": self.place["tag"], "row_ids": [self.one("row_ids")], "on": random.random() < 0.5}
        self.write("tag a row", f"batches/{self.place['batches'][0]}/rows/tag", (200,), json=body)

    @task(1)
    def upload(self) -> None:
        """Import a small file."""
        files = {"file": ("sites.csv", self.place["sites"], "text/csv")}
        data = {"name": f"Upload {random.randrange(10**9)}"}
        path = f"projects/{self.place['live_project']}/imports"
        self.write("import a file", path, (201,), files=files, data=data)

    @task(1)
    def export(self) -> None:
        """Order a file of results."""
        body = {"format": "csv", "evaluation_result": ["fail"]}
        self.write("order an export", f"executions/{self.one('executions')}/exports", (201,), json=body)
