// Package v1beta1 is an older version, with a size in place of replicas.
package v1beta1

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/conversion"

	v1 "kubesim.test/operator/api/v1"
)

// GroupVersion of the types here.
var GroupVersion = schema.GroupVersion{Group: "web.kubesim.test", Version: "v1beta1"}

// AddToScheme makes the types known.
func AddToScheme(scheme *runtime.Scheme) error {
	scheme.AddKnownTypes(GroupVersion, &Website{}, &WebsiteList{})
	metav1.AddToGroupVersion(scheme, GroupVersion)
	return nil
}

// Website as it was once.
type Website struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              WebsiteSpec `json:"spec,omitempty"`
}

// WebsiteSpec is what is wanted.
type WebsiteSpec struct {
	Image string `json:"image"`
	// Size is small (1), medium (3) or large (5).
	Size string `json:"size,omitempty"`
}

// WebsiteList of a namespace.
type WebsiteList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Website `json:"items"`
}

const titleAnnotation = "web.kubesim.test/title"

var sizes = map[string]int32{"small": 1, "medium": 3, "large": 5}

// ConvertTo makes it the hub's.
func (w *Website) ConvertTo(dst conversion.Hub) error {
	to := dst.(*v1.Website)
	to.ObjectMeta = *w.ObjectMeta.DeepCopy()
	to.Spec.Image = w.Spec.Image
	if replicas, ok := sizes[w.Spec.Size]; ok {
		to.Spec.Replicas = &replicas
	}
	to.Spec.Title = w.Annotations[titleAnnotation]
	delete(to.Annotations, titleAnnotation)
	return nil
}

// ConvertFrom makes it from the hub's.
func (w *Website) ConvertFrom(src conversion.Hub) error {
	from := src.(*v1.Website)
	w.ObjectMeta = *from.ObjectMeta.DeepCopy()
	w.Spec.Image = from.Spec.Image
	if from.Spec.Replicas != nil {
		w.Spec.Size = "small"
		for size, replicas := range sizes {
			if *from.Spec.Replicas >= replicas && replicas >= sizes[w.Spec.Size] {
				w.Spec.Size = size
			}
		}
	}
	if from.Spec.Title != "" {
		if w.Annotations == nil {
			w.Annotations = map[string]string{}
		}
		w.Annotations[titleAnnotation] = from.Spec.Title
	}
	return nil
}

// DeepCopyObject copies everything.
func (w *Website) DeepCopyObject() runtime.Object { return w.DeepCopy() }

// DeepCopy copies everything.
func (w *Website) DeepCopy() *Website {
	out := &Website{TypeMeta: w.TypeMeta, Spec: w.Spec}
	w.ObjectMeta.DeepCopyInto(&out.ObjectMeta)
	return out
}

// DeepCopyObject copies everything.
func (l *WebsiteList) DeepCopyObject() runtime.Object {
	out := &WebsiteList{TypeMeta: l.TypeMeta}
	l.ListMeta.DeepCopyInto(&out.ListMeta)
	for i := range l.Items {
		out.Items = append(out.Items, *l.Items[i].DeepCopy())
	}
	return out
}
