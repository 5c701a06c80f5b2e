"""Uses every part of a plan that a graph can make."""

from squall import (
    Analyze,
    CSVConfig,
    DataPool,
    Execute,
    File,
    JSONConfig,
    Setup,
    Submit,
    action,
    bearer,
    counter,
    data,
    depends,
    expect,
    extract,
    iteration,
    pause,
    random_choice,
    random_int,
    task,
    timestamp,
    user_id,
    uuid4,
)

DataPool("users", csv="users.csv", order="unique")
DataPool("my products", rows=[{"sku": 1, "full name": "Äpfel ${x}"}], order="random")


class Closed(Setup):
    base_url = "http://127.0.0.1:8080"
    headers = {"x-run": uuid4(), "accept": ["a/b", "c/d"]}  # noqa: RUF012
    batch_size = 10
    total_time = 2.5
    pause = ("10ms", 0.02)
    pacing = "100ms"
    connect_timeout = 5
    read_timeout = "5s"
    request_timeout = "1m30s"
    redirects = 0
    connections = ("shared", 4)
    cookies = False
    max_response_size = 1_000_000
    dns_ttl = "1s"
    connect_to = {"shop.example:80": "127.0.0.1:8080"}  # noqa: RUF012
    local_address = "127.0.0.1"
    insecure = True
    server_name = "shop.example"
    seed = 42
    thresholds = ("p99(response_time) < 200ms",)


@depends(Closed)
class Browse(Execute):
    @action(order=3)
    async def bodies(self):
        await self.client.http.post("/echo", data="text ${not} $${a} $")
        await self.client.http.put("/echo", data=b"\x00\x01")
        await self.client.http.patch("/echo", form={"a": ["1", user_id()], "b": iteration()})
        await self.client.http.delete(
            "/echo", json=[counter(), counter(5), counter(5, 5), timestamp("ms"), timestamp()]
        )
        await self.client.http.post("/echo", data=File("users.csv"))
        await self.client.http.post(
            "/echo", multipart={"a": uuid4(), "b": b"raw", "c": File("users.csv", "u.csv", "text/csv")}
        )

    @action(order=2, weight=0.5)
    async def product(self):
        name = data("my products")["full name"]
        await self.client.http.get(
            f"/products/{random_int(1, 5000)}",
            params={"q": name, "tag": [random_choice("a", "b"), "c"]},
            cookies={"seen": counter()},
            timeout="500ms",
            redirects=2,
            name=f"product of user {user_id()}",
            expect=expect(
                status=[200, "3xx", "404-410"],
                headers={"content-type": "application/json"},
                json={"name": name},
                json_path={"$.id": expect.exists, "$.error": expect.missing, "$.ok": True},
                text="ok",
                regex="o.",
                body_size=(1, 1000),
                duration="1s",
            ),
        )

    @action
    async def order(self):
        async with self.client.transaction("sign in"):
            login = await self.client.http.post(
                "/login",
                auth=(data("users").name, data("users").password),
                extract={
                    "token": extract.json("$.token"),
                    "id": extract.regex("id=([0-9]+)", 1),
                    "where": extract.header("location"),
                    "sid": extract.cookie("sid"),
                },
            )
            await pause("1ms", "2ms")
        for page in range(2):
            await self.client.http.get(f"/pages/{page}/{login.id}", auth=bearer(login.token))
        await self.client.http.request("OPTIONS", f"/$${login.where}", headers={"x-sid": login.sid})

    @task(skip=True)
    async def later(self):
        print("not in this version")  # noqa: T201


@depends(Browse)
class Open(Setup):
    base_url = "http://127.0.0.1:8080"
    rate = "5/s"
    ramp = "1s:10,1s:10"
    spacing = "poisson"
    max_users = 50
    max_wait = 0
    reset_connections = True


@depends(Open)
class Arrivals(Execute):
    @action()
    async def home(self):
        await self.client.http.head("/")


@depends("Open")
class Fixed(Execute):
    iterations_per_user = 3
    batch_size = 2
    total_time = "1m"

    @action()
    async def home(self):
        await self.client.http.get("/")


@depends(Arrivals, Fixed)
class Summary(Analyze):
    pass


@depends(Summary)
class Results(Submit):
    config = [JSONConfig(events_filepath=None), CSVConfig("e.csv", "m.csv", overwrite=False)]  # noqa: RUF012
