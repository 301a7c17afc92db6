"""OpenStack Swift with its S3 API in one process: an object store that checks signatures and payload hashes.

Arguments: an empty folder, the port, an access key, its secret. Prints `listening` when it is.
"""

import os
import sys

from swift.common import utils, wsgi

# Before anything opens a socket: the servers below share this process.
utils.eventlet_monkey_patch()

folder, port, access_key, secret = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
settings = os.path.join(folder, "swift.conf")
with open(settings, "w", encoding="utf8") as file:
    file.write("[swift-hash]\nswift_hash_path_suffix = tests\n")
utils.SWIFT_CONF_FILE = settings
utils.validate_hash_conf()

import eventlet  # noqa: E402
from eventlet import wsgi as eventlet_wsgi  # noqa: E402
from swift.account import server as account_server  # noqa: E402
from swift.common.middleware import catch_errors, gatekeeper, tempauth  # noqa: E402
from swift.common.middleware.s3api import s3api  # noqa: E402
from swift.common.ring import RingBuilder  # noqa: E402
from swift.common.storage_policy import reload_storage_policies  # noqa: E402
from swift.container import server as container_server  # noqa: E402
from swift.obj import mem_server  # noqa: E402
from swift.proxy import server as proxy_server  # noqa: E402
from swift.common.utils import NullLogger  # noqa: E402

reload_storage_policies()
device = os.path.join(folder, "devices", "disk")
os.makedirs(device)
storage = {"devices": os.path.join(folder, "devices"), "mount_check": "false", "swift_dir": folder}
backends = {
    "account": account_server.AccountController,
    "container": container_server.ContainerController,
    "object": mem_server.ObjectController,
}


def serve(app, at=0):
    listener = eventlet.listen(("127.0.0.1", at))
    eventlet.spawn(eventlet_wsgi.server, listener, app, NullLogger(), protocol=wsgi.SwiftHttpProtocol)
    return listener.getsockname()[1]


for name, controller in backends.items():
    backend_port = serve(controller(storage))
    builder = RingBuilder(part_power=1, replicas=1, min_part_hours=0)
    builder.add_dev({"id": 0, "region": 1, "zone": 1, "weight": 1.0, "ip": "127.0.0.1", "port": backend_port, "device": "disk"})
    builder.rebalance()
    builder.get_ring().save(os.path.join(folder, f"{name}.ring.gz"))

proxy = proxy_server.Application({"swift_dir": folder, "account_autocreate": "yes", "allow_account_management": "true"})
auth = tempauth.filter_factory({"user_tests_" + access_key: secret + " .admin"})(proxy)
api = s3api.filter_factory({"location": "us-east-1", "allow_multipart_uploads": "false", "s3_acl": "false"})(auth)


class Cache:
    """What memcached would keep, for one process."""

    def __init__(self):
        self.values = {}

    def set(self, key, value, **_):
        self.values[key] = value

    def get(self, key, **_):
        return self.values.get(key)

    def delete(self, key, **_):
        self.values.pop(key, None)


cache = Cache()


def with_cache(app):
    def call(environ, start_response):
        environ["swift.cache"] = cache
        return app(environ, start_response)

    return call


serve(with_cache(catch_errors.filter_factory({})(gatekeeper.filter_factory({})(api))), port)
print("listening", flush=True)
eventlet.hubs.get_hub().switch()
