package clients

import "k8s.io/apimachinery/pkg/runtime"

// What the pager hands out.
type (
	object     = runtime.Object
	objectList = runtime.Object
)
