"""Drives kubesim with the Python client: CRUD, lists in pages, watches and patches. KUBECONFIG names the cluster."""
from kubernetes import client, config, watch
from kubernetes.client.rest import ApiException

config.load_kube_config()
core = client.CoreV1Api()
apps = client.AppsV1Api()

NAMESPACE = "python"
core.create_namespace({"metadata": {"name": NAMESPACE}})


def expect(condition, what):
    if not condition:
        raise SystemExit(f"FAIL {what}")
    print(f"ok {what}")


made = core.create_namespaced_config_map(NAMESPACE, {"metadata": {"name": "one", "labels": {"n": "1"}}, "data": {"k": "1"}})
expect(made.metadata.uid and made.data == {"k": "1"}, "create answers the object")

made.data["k"] = "2"
expect(core.replace_namespaced_config_map("one", NAMESPACE, made).data == {"k": "2"}, "replace changes it")
expect(core.patch_namespaced_config_map("one", NAMESPACE, {"data": {"p": "3"}}).data == {"k": "2", "p": "3"}, "a patch merges")
expect(core.patch_namespaced_config_map("one", NAMESPACE, [{"op": "remove", "path": "/data/p"}]).data == {"k": "2"}, "a JSON patch removes")

try:
    core.create_namespaced_config_map(NAMESPACE, {"metadata": {"name": "one"}})
    expect(False, "a second create is refused")
except ApiException as error:
    expect(error.status == 409, "a second create is refused")

for i in range(10):
    core.create_namespaced_config_map(NAMESPACE, {"metadata": {"name": f"page-{i}"}})
seen, token = [], None
while True:
    page = core.list_namespaced_config_map(NAMESPACE, limit=3, _continue=token)
    seen += [item.metadata.name for item in page.items]
    token = page.metadata._continue
    if not token:
        break
expect(len(seen) == 11 and seen == sorted(seen), "a list in pages is whole and in order")
expect([item.metadata.name for item in core.list_namespaced_config_map(NAMESPACE, label_selector="n=1").items] == ["one"], "labels select")

since = core.list_namespaced_config_map(NAMESPACE).metadata.resource_version
core.create_namespaced_config_map(NAMESPACE, {"metadata": {"name": "watched"}})
core.delete_namespaced_config_map("watched", NAMESPACE)
events = []
stream = watch.Watch()
for event in stream.stream(core.list_namespaced_config_map, NAMESPACE, resource_version=since, timeout_seconds=20):
    events.append((event["type"], event["object"].metadata.name))
    if len(events) == 2:
        stream.stop()
expect(events == [("ADDED", "watched"), ("DELETED", "watched")], "a watch tells what happened")

deployment = apps.create_namespaced_deployment(NAMESPACE, {
    "metadata": {"name": "web"},
    "spec": {"selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "nginx:1"}]}}},
})
expect(deployment.spec.replicas == 1 and deployment.spec.strategy.type == "RollingUpdate", "defaults are filled in")
expect(apps.patch_namespaced_deployment_scale("web", NAMESPACE, {"spec": {"replicas": 3}}).spec.replicas == 3, "scale is patched")

core.delete_namespaced_config_map("one", NAMESPACE)
try:
    core.read_namespaced_config_map("one", NAMESPACE)
    expect(False, "what is deleted is gone")
except ApiException as error:
    expect(error.status == 404, "what is deleted is gone")
