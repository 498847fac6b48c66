// Package clients drives kubesim with client-go and controller-runtime, as the test suites of operators do.
// KUBECONFIG names the cluster.
package clients

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	applycorev1 "k8s.io/client-go/applyconfigurations/core/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"k8s.io/client-go/tools/clientcmd"
	"k8s.io/client-go/tools/pager"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	metricsserver "sigs.k8s.io/controller-runtime/pkg/metrics/server"
)

func config(t *testing.T) *rest.Config {
	t.Helper()
	c, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func namespace(t *testing.T, c kubernetes.Interface, ctx context.Context) string {
	t.Helper()
	ns, err := c.CoreV1().Namespaces().Create(ctx, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "go-"}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return ns.Name
}

func TestTypedClient(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := kubernetes.NewForConfigOrDie(config(t))
	ns := namespace(t, c, ctx)
	maps := c.CoreV1().ConfigMaps(ns)

	made, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "one"}, Data: map[string]string{"k": "1"}}, metav1.CreateOptions{})
	if err != nil || made.UID == "" || made.ResourceVersion == "" {
		t.Fatalf("create: %v %+v", err, made)
	}
	made.Data["k"] = "2"
	if made, err = maps.Update(ctx, made, metav1.UpdateOptions{}); err != nil || made.Data["k"] != "2" {
		t.Fatalf("update: %v", err)
	}
	if made, err = maps.Patch(ctx, "one", types.StrategicMergePatchType, []byte(`{"data":{"p":"3"}}`), metav1.PatchOptions{}); err != nil || made.Data["p"] != "3" {
		t.Fatalf("patch: %v", err)
	}
	apply := applycorev1.ConfigMap("one", ns).WithData(map[string]string{"k": "4"})
	if _, err = maps.Apply(ctx, apply, metav1.ApplyOptions{FieldManager: "applier"}); !apierrors.IsConflict(err) {
		t.Fatalf("apply should conflict: %v", err)
	}
	if made, err = maps.Apply(ctx, apply, metav1.ApplyOptions{FieldManager: "applier", Force: true}); err != nil || made.Data["k"] != "4" {
		t.Fatalf("apply: %v", err)
	}
	stale := made.DeepCopy()
	stale.ResourceVersion = "1"
	if _, err = maps.Update(ctx, stale, metav1.UpdateOptions{}); !apierrors.IsConflict(err) {
		t.Fatalf("a stale update should conflict: %v", err)
	}
	if err = maps.Delete(ctx, "one", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	if _, err = maps.Get(ctx, "one", metav1.GetOptions{}); !apierrors.IsNotFound(err) {
		t.Fatalf("get after delete: %v", err)
	}
}

func TestListInPages(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := kubernetes.NewForConfigOrDie(config(t))
	ns := namespace(t, c, ctx)
	for i := range 25 {
		if _, err := c.CoreV1().ConfigMaps(ns).Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("m%02d", i)}}, metav1.CreateOptions{}); err != nil {
			t.Fatal(err)
		}
	}
	pages := pager.New(pager.SimplePageFunc(func(opts metav1.ListOptions) (r objectList, err error) {
		return c.CoreV1().ConfigMaps(ns).List(ctx, opts)
	}))
	pages.PageSize = 7
	seen := 0
	if err := pages.EachListItem(ctx, metav1.ListOptions{}, func(object) error { seen++; return nil }); err != nil || seen != 25 {
		t.Fatalf("saw %d: %v", seen, err)
	}
}

func TestDynamicClientAndWatch(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cfg := config(t)
	c := kubernetes.NewForConfigOrDie(cfg)
	ns := namespace(t, c, ctx)
	secrets := dynamic.NewForConfigOrDie(cfg).Resource(schema.GroupVersionResource{Version: "v1", Resource: "secrets"}).Namespace(ns)
	list, err := secrets.List(ctx, metav1.ListOptions{})
	if err != nil {
		t.Fatal(err)
	}
	watch, err := secrets.Watch(ctx, metav1.ListOptions{ResourceVersion: list.GetResourceVersion()})
	if err != nil {
		t.Fatal(err)
	}
	defer watch.Stop()
	object := &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "Secret", "metadata": map[string]any{"name": "s"}, "stringData": map[string]any{"a": "b"}}}
	if _, err = secrets.Create(ctx, object, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	if err = secrets.Delete(ctx, "s", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"ADDED", "DELETED"} {
		select {
		case e := <-watch.ResultChan():
			if string(e.Type) != want {
				t.Fatalf("got %s, want %s", e.Type, want)
			}
		case <-ctx.Done():
			t.Fatalf("no %s", want)
		}
	}
}

func TestInformers(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c := kubernetes.NewForConfigOrDie(config(t))
	ns := namespace(t, c, ctx)
	factory := informers.NewSharedInformerFactoryWithOptions(c, 0, informers.WithNamespace(ns))
	informer := factory.Core().V1().ConfigMaps().Informer()
	events := make(chan string, 16)
	if _, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(o any) { events <- "add " + o.(*corev1.ConfigMap).Name },
		UpdateFunc: func(_, o any) { events <- "update " + o.(*corev1.ConfigMap).Name },
		DeleteFunc: func(o any) { events <- "delete " + o.(*corev1.ConfigMap).Name },
	}); err != nil {
		t.Fatal(err)
	}
	factory.Start(ctx.Done())
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		t.Fatal("the informer never synced")
	}
	maps := c.CoreV1().ConfigMaps(ns)
	made, err := maps.Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "seen"}}, metav1.CreateOptions{})
	if err != nil {
		t.Fatal(err)
	}
	made.Data = map[string]string{"a": "b"}
	if _, err = maps.Update(ctx, made, metav1.UpdateOptions{}); err != nil {
		t.Fatal(err)
	}
	if err = maps.Delete(ctx, "seen", metav1.DeleteOptions{}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"add seen", "update seen", "delete seen"} {
		select {
		case got := <-events:
			if got != want {
				t.Fatalf("got %q, want %q", got, want)
			}
		case <-ctx.Done():
			t.Fatalf("no %q", want)
		}
	}
}

func TestControllerRuntimeManager(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cfg := config(t)
	c := kubernetes.NewForConfigOrDie(cfg)
	ns := namespace(t, c, ctx)
	mgr, err := ctrl.NewManager(cfg, ctrl.Options{Metrics: metricsserver.Options{BindAddress: "0"}})
	if err != nil {
		t.Fatal(err)
	}
	// Copies the label `wanted` of every ConfigMap into its data.
	reconciler := reconcile.Func(func(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
		var object corev1.ConfigMap
		if err := mgr.GetClient().Get(ctx, req.NamespacedName, &object); err != nil {
			return reconcile.Result{}, client.IgnoreNotFound(err)
		}
		wanted := object.Labels["wanted"]
		if object.Namespace != ns || wanted == "" || object.Data["wanted"] == wanted {
			return reconcile.Result{}, nil
		}
		object.Data = map[string]string{"wanted": wanted}
		return reconcile.Result{}, mgr.GetClient().Update(ctx, &object)
	})
	if err = ctrl.NewControllerManagedBy(mgr).For(&corev1.ConfigMap{}).WithOptions(controller.Options{SkipNameValidation: ptr(true)}).Complete(reconciler); err != nil {
		t.Fatal(err)
	}
	stopped := make(chan error, 1)
	go func() { stopped <- mgr.Start(ctx) }()
	if _, err = c.CoreV1().ConfigMaps(ns).Create(ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "r", Labels: map[string]string{"wanted": "yes"}}}, metav1.CreateOptions{}); err != nil {
		t.Fatal(err)
	}
	watch, err := c.CoreV1().ConfigMaps(ns).Watch(ctx, metav1.ListOptions{FieldSelector: "metadata.name=r"})
	if err != nil {
		t.Fatal(err)
	}
	for e := range watch.ResultChan() {
		if object, ok := e.Object.(*corev1.ConfigMap); ok && object.Data["wanted"] == "yes" {
			cancel()
			if err := <-stopped; err != nil {
				t.Fatal(err)
			}
			return
		}
	}
	t.Fatal("the controller never reconciled")
}

func ptr[T any](v T) *T { return &v }
