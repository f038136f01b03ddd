"""R8. One cluster of twenty answers no call: the pages of the others answer as ever, and so do its own kept rows.

How fast they answer is measured by `python -m benchmarks --only stalled`.
"""

import threading
from pathlib import Path

from tests.faults.conftest import Serve
from tests.harness.doors import Door, FaultyCluster, faulty_cluster
from tests.harness.waiting import eventually

OTHERS = [f"harbour-{number:02}" for number in range(19)]


def test_the_others_answer_while_its_calls_hang(
    serve: Serve, faulty: FaultyCluster, door: Door, tmp_path: Path
) -> None:
    with faulty_cluster(tmp_path / "well") as well:
        well.door.put_pod("web")
        server = serve(well.kubeconfig_of(*OTHERS))
        server.manage("import_kubeconfig", str(faulty.kubeconfig_of("stalled")))
        eventually(lambda: "Live, as of" in server.text("/clusters/stalled/pods/"), seconds=60)
        server.wait_until_synced(seconds=60)
        door.cause("silence")
        hanging = threading.Thread(
            target=server.sign_in().get,
            args=[f"{server.url}/clusters/stalled/pods/default/checkout-0/yaml/"],
            kwargs={"timeout": 90},
        )
        hanging.start()
        eventually(lambda: door.hits("silence") > 0)
        for name in OTHERS:
            for page in ("", "pods/", "pods/default/web/", "pods/default/web/yaml/"):
                assert "harbour" in server.text(f"/clusters/{name}/{page}")
        assert hanging.is_alive(), "the call ended too soon for the test to prove anything"
        assert "checkout-0" in server.text("/clusters/stalled/pods/")
        well.door.put_pod("newcomer")
        eventually(lambda: all("newcomer" in server.text(f"/clusters/{name}/pods/") for name in OTHERS))
        door.clear()
        hanging.join(60)
        for name in (OTHERS[0], OTHERS[-1], "stalled"):
            server.manage("verify", name)
