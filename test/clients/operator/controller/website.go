// Package controller keeps a Deployment for each Website, and guards Websites by webhooks.
package controller

import (
	"context"
	"fmt"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller/controllerutil"

	v1 "kubesim.test/operator/api/v1"
)

// Finalizer holds a Website until its farewell is written.
const Finalizer = "web.kubesim.test/farewell"

// Reconciler of Websites.
type Reconciler struct {
	client.Client
}

// SetupWithManager follows Websites and the Deployments that they own.
func (r *Reconciler) SetupWithManager(mgr ctrl.Manager) error {
	return ctrl.NewControllerManagedBy(mgr).For(&v1.Website{}).Owns(&appsv1.Deployment{}).Complete(r)
}

// Reconcile brings the Deployment, and then the status, in step with a Website.
func (r *Reconciler) Reconcile(ctx context.Context, req ctrl.Request) (ctrl.Result, error) {
	site := &v1.Website{}
	if err := r.Get(ctx, req.NamespacedName, site); err != nil {
		return ctrl.Result{}, client.IgnoreNotFound(err)
	}
	if !site.DeletionTimestamp.IsZero() {
		return ctrl.Result{}, r.sayFarewell(ctx, site)
	}
	if controllerutil.AddFinalizer(site, Finalizer) {
		if err := r.Update(ctx, site); err != nil {
			return ctrl.Result{}, err
		}
	}
	deployment := &appsv1.Deployment{ObjectMeta: metav1.ObjectMeta{Namespace: site.Namespace, Name: site.Name}}
	labels := map[string]string{"website": site.Name}
	_, err := controllerutil.CreateOrUpdate(ctx, r.Client, deployment, func() error {
		deployment.Spec.Replicas = site.Spec.Replicas
		deployment.Spec.Selector = &metav1.LabelSelector{MatchLabels: labels}
		deployment.Spec.Template.Labels = labels
		deployment.Spec.Template.Spec.Containers = []corev1.Container{{Name: "web", Image: site.Spec.Image}}
		return controllerutil.SetControllerReference(site, deployment, r.Scheme())
	})
	if err != nil {
		return ctrl.Result{}, fmt.Errorf("deployment: %w", err)
	}
	return ctrl.Result{}, r.updateStatus(ctx, site, deployment)
}

func (r *Reconciler) updateStatus(ctx context.Context, site *v1.Website, deployment *appsv1.Deployment) error {
	before := site.DeepCopy()
	site.Status.ReadyReplicas = deployment.Status.ReadyReplicas
	site.Status.Selector = "website=" + site.Name
	condition := metav1.Condition{Type: "Ready", Status: metav1.ConditionFalse, Reason: "Starting", ObservedGeneration: site.Generation}
	if site.Spec.Replicas != nil && site.Status.ReadyReplicas == *site.Spec.Replicas {
		condition.Status, condition.Reason = metav1.ConditionTrue, "Serving"
	}
	meta.SetStatusCondition(&site.Status.Conditions, condition)
	return r.Status().Patch(ctx, site, client.MergeFrom(before))
}

func (r *Reconciler) sayFarewell(ctx context.Context, site *v1.Website) error {
	if !controllerutil.ContainsFinalizer(site, Finalizer) {
		return nil
	}
	farewell := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Namespace: site.Namespace, Name: site.Name + "-farewell"}}
	if err := r.Create(ctx, farewell); client.IgnoreAlreadyExists(err) != nil {
		return err
	}
	controllerutil.RemoveFinalizer(site, Finalizer)
	return client.IgnoreNotFound(r.Update(ctx, site))
}
