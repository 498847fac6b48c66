package controller

import (
	"context"
	"fmt"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"

	v1 "kubesim.test/operator/api/v1"
)

const maxReplicas = 5

// SetupWebhooks serves defaulting, validation and conversion of Websites.
func SetupWebhooks(mgr ctrl.Manager) error {
	return ctrl.NewWebhookManagedBy(mgr, &v1.Website{}).WithDefaulter(defaults{}).WithValidator(rules{}).Complete()
}

type defaults struct{}

// Default gives a Website one replica.
func (defaults) Default(_ context.Context, site *v1.Website) error {
	if site.Spec.Replicas == nil {
		one := int32(1)
		site.Spec.Replicas = &one
	}
	return nil
}

type rules struct{}

func (rules) ValidateCreate(_ context.Context, site *v1.Website) (admission.Warnings, error) {
	return check(site)
}

func (rules) ValidateUpdate(_ context.Context, old, site *v1.Website) (admission.Warnings, error) {
	if old.Spec.Title != "" && site.Spec.Title != old.Spec.Title {
		return nil, fmt.Errorf("the title can't be changed")
	}
	return check(site)
}

func (rules) ValidateDelete(context.Context, *v1.Website) (admission.Warnings, error) {
	return nil, nil
}

func check(site *v1.Website) (admission.Warnings, error) {
	if site.Spec.Replicas != nil && *site.Spec.Replicas > maxReplicas {
		return nil, fmt.Errorf("at most %d replicas", maxReplicas)
	}
	if site.Spec.Title == "" {
		return admission.Warnings{"a website without a title"}, nil
	}
	return nil, nil
}
