"""Looks into a pod with the Python client: exec, logs, port-forward. KUBECONFIG names a cluster with nodes."""
import time

from kubernetes import client, config
from kubernetes.stream import portforward, stream

config.load_kube_config()
core = client.CoreV1Api()

NAMESPACE = "default"


def expect(condition, what):
    if not condition:
        raise SystemExit(f"FAIL {what}")
    print(f"ok {what}")


core.create_namespaced_pod(NAMESPACE, {"metadata": {"name": "python"}, "spec": {"containers": [{"name": "web", "image": "nginx:1"}]}})
end = time.monotonic() + 30
while core.read_namespaced_pod("python", NAMESPACE).status.phase != "Running" and time.monotonic() < end:
    time.sleep(0.1)

said = stream(core.connect_get_namespaced_pod_exec, "python", NAMESPACE, command=["sh", "-c", "echo one; echo two >&2"], stdout=True, stderr=True, stdin=False, tty=False)
expect(sorted(said.split()) == ["one", "two"], "exec answers what a program prints")

session = stream(core.connect_get_namespaced_pod_exec, "python", NAMESPACE, command=["sh"], stdin=True, stdout=True, stderr=True, tty=False, _preload_content=False)
session.write_stdin("exit 4\n")
session.run_forever(timeout=20)
expect(session.returncode == 4, "exec tells the exit code")

expect("docker-entrypoint" in core.read_namespaced_pod_log("python", NAMESPACE), "logs are read")

forwarded = portforward(core.connect_get_namespaced_pod_portforward, "python", NAMESPACE, ports="80")
socket = forwarded.socket(80)
socket.setblocking(True)
socket.sendall(b"GET / HTTP/1.1\r\nHost: web\r\nConnection: close\r\n\r\n")
answer = b""
while True:
    part = socket.recv(4096)
    if not part:
        break
    answer += part
expect(b"Welcome to nginx!" in answer, "a port is forwarded")
