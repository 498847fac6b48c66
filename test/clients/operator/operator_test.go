package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/envtest"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"
	"sigs.k8s.io/controller-runtime/pkg/webhook"

	v1 "kubesim.test/operator/api/v1"
	"kubesim.test/operator/api/v1beta1"
	"kubesim.test/operator/controller"
)

const patience = 20 * time.Second

// admin reads from the server, not from a cache.
var admin client.Client
var config *rest.Config

func TestMain(m *testing.M) {
	os.Exit(runSuite(m))
}

// runSuite is what every suite of kubebuilder's does: an environment, and a manager in it.
func runSuite(m *testing.M) int {
	ctrl.SetLogger(zap.New(zap.WriteTo(os.Stderr)))
	scheme, err := controller.NewScheme()
	must(err)
	environment := &envtest.Environment{
		Scheme:                scheme,
		CRDDirectoryPaths:     []string{"config/crd"},
		ErrorIfCRDPathMissing: true,
		WebhookInstallOptions: envtest.WebhookInstallOptions{Paths: []string{"config/webhook"}},
	}
	before := time.Now()
	config, err = environment.Start()
	must(err)
	fmt.Printf("envtest started in %d ms\n", time.Since(before).Milliseconds())
	defer func() { must(environment.Stop()) }()

	admin, err = client.New(config, client.Options{Scheme: scheme})
	must(err)
	hooks := environment.WebhookInstallOptions
	mgr, err := ctrl.NewManager(config, ctrl.Options{
		Scheme:  scheme,
		Metrics: server.Options{BindAddress: "0"},
		WebhookServer: webhook.NewServer(webhook.Options{
			Host: hooks.LocalServingHost, Port: hooks.LocalServingPort, CertDir: hooks.LocalServingCertDir,
		}),
		LeaderElection:                true,
		LeaderElectionID:              "operator.web.kubesim.test",
		LeaderElectionNamespace:       "default",
		LeaderElectionReleaseOnCancel: true,
	})
	must(err)
	must((&controller.Reconciler{Client: mgr.GetClient()}).SetupWithManager(mgr))
	must(controller.SetupWebhooks(mgr))
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- mgr.Start(ctx) }()
	must(eventually(func() error { return mgr.GetWebhookServer().StartedChecker()(nil) }))
	code := m.Run()
	cancel()
	must(<-done)
	return code
}

func must(err error) {
	if err != nil {
		panic(err)
	}
}

func eventually(check func() error) error {
	var last error
	err := wait.PollUntilContextTimeout(context.Background(), 20*time.Millisecond, patience, true, func(context.Context) (bool, error) {
		last = check()
		return last == nil, nil
	})
	return errors.Join(err, last)
}

func website(name string, replicas *int32) *v1.Website {
	return &v1.Website{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: name},
		Spec:       v1.WebsiteSpec{Image: "nginx", Replicas: replicas, Title: "Hello"},
	}
}

func create(t *testing.T, object client.Object) {
	t.Helper()
	if err := admin.Create(t.Context(), object); err != nil {
		t.Fatal(err)
	}
}

func TestDeploysAndReports(t *testing.T) {
	site := website("deployed", nil)
	create(t, site)
	if site.Spec.Replicas == nil || *site.Spec.Replicas != 1 {
		t.Fatalf("not defaulted: %v", site.Spec.Replicas)
	}
	deployment := &appsv1.Deployment{}
	key := client.ObjectKeyFromObject(site)
	must(eventually(func() error { return admin.Get(t.Context(), key, deployment) }))
	owner := metav1.GetControllerOf(deployment)
	if owner == nil || owner.UID != site.UID || owner.Kind != "Website" {
		t.Fatalf("owner: %v", owner)
	}
	// No controller of Deployments runs here.
	deployment.Status = appsv1.DeploymentStatus{Replicas: 1, ReadyReplicas: 1}
	if err := admin.Status().Update(t.Context(), deployment); err != nil {
		t.Fatal(err)
	}
	if err := eventually(func() error {
		if err := admin.Get(t.Context(), key, site); err != nil {
			return err
		}
		if site.Status.ReadyReplicas != 1 || !meta.IsStatusConditionTrue(site.Status.Conditions, "Ready") {
			return fmt.Errorf("status: %+v", site.Status)
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

func TestWebhooksGuard(t *testing.T) {
	many := int32(6)
	err := admin.Create(t.Context(), website("many", &many))
	if !apierrors.IsForbidden(err) || !strings.Contains(err.Error(), `admission webhook "validate.web.kubesim.test" denied the request: at most 5 replicas`) {
		t.Fatalf("not refused: %v", err)
	}
	site := website("titled", nil)
	create(t, site)
	err = eventually(func() error {
		if err := admin.Get(t.Context(), client.ObjectKeyFromObject(site), site); err != nil {
			return err
		}
		site.Spec.Title = "Other"
		if err := admin.Update(t.Context(), site); !apierrors.IsForbidden(err) {
			return fmt.Errorf("not refused: %w", err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestConverts(t *testing.T) {
	old := &v1beta1.Website{
		ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "converted", Annotations: map[string]string{"web.kubesim.test/title": "Old"}},
		Spec:       v1beta1.WebsiteSpec{Image: "nginx", Size: "medium"},
	}
	create(t, old)
	site := &v1.Website{}
	key := client.ObjectKeyFromObject(old)
	if err := admin.Get(t.Context(), key, site); err != nil {
		t.Fatal(err)
	}
	if site.Spec.Replicas == nil || *site.Spec.Replicas != 3 || site.Spec.Title != "Old" || len(site.Annotations) != 0 {
		t.Fatalf("converted to %+v", site)
	}
	list := &v1beta1.WebsiteList{}
	if err := admin.List(t.Context(), list, client.InNamespace("default")); err != nil {
		t.Fatal(err)
	}
	for _, item := range list.Items {
		if item.Name == "converted" && (item.Spec.Size != "medium" || item.Annotations["web.kubesim.test/title"] != "Old") {
			t.Fatalf("converted back to %+v", item)
		}
	}
}

func TestFinalizes(t *testing.T) {
	site := website("finalized", nil)
	create(t, site)
	key := client.ObjectKeyFromObject(site)
	if err := eventually(func() error {
		if err := admin.Get(t.Context(), key, site); err != nil {
			return err
		}
		if len(site.Finalizers) == 0 {
			return errors.New("no finalizer")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := admin.Delete(t.Context(), site); err != nil {
		t.Fatal(err)
	}
	farewell := &corev1.ConfigMap{}
	if err := eventually(func() error {
		if err := admin.Get(t.Context(), key, site); !apierrors.IsNotFound(err) {
			return fmt.Errorf("still there: %w", err)
		}
		return admin.Get(t.Context(), client.ObjectKey{Namespace: "default", Name: "finalized-farewell"}, farewell)
	}); err != nil {
		t.Fatal(err)
	}
}

func TestSelectsByField(t *testing.T) {
	site := website("selected", nil)
	site.Spec.Image = "special"
	create(t, site)
	list := &v1.WebsiteList{}
	if err := admin.List(t.Context(), list, client.MatchingFields{"spec.image": "special"}); err != nil {
		t.Fatal(err)
	}
	if len(list.Items) != 1 || list.Items[0].Name != "selected" {
		t.Fatalf("selected %d", len(list.Items))
	}
}

func TestLeads(t *testing.T) {
	lease := &coordinationv1.Lease{}
	if err := eventually(func() error {
		return admin.Get(t.Context(), client.ObjectKey{Namespace: "default", Name: "operator.web.kubesim.test"}, lease)
	}); err != nil {
		t.Fatal(err)
	}
	if lease.Spec.HolderIdentity == nil || *lease.Spec.HolderIdentity == "" {
		t.Fatal("nobody leads")
	}
}
