// A small operator of the kind that kubebuilder makes.
package main

import (
	"flag"
	"os"

	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/log/zap"
	"sigs.k8s.io/controller-runtime/pkg/metrics/server"

	"kubesim.test/operator/controller"
)

func main() {
	elect := flag.Bool("leader-elect", false, "take part in the election of a leader")
	flag.Parse()
	ctrl.SetLogger(zap.New())
	scheme, err := controller.NewScheme()
	if err == nil {
		err = run(ctrl.Options{
			Scheme:           scheme,
			Metrics:          server.Options{BindAddress: "0"},
			LeaderElection:   *elect,
			LeaderElectionID: "operator.web.kubesim.test",
		})
	}
	if err != nil {
		ctrl.Log.Error(err, "the operator ends")
		os.Exit(1)
	}
}

func run(options ctrl.Options) error {
	mgr, err := ctrl.NewManager(ctrl.GetConfigOrDie(), options)
	if err != nil {
		return err
	}
	if err := (&controller.Reconciler{Client: mgr.GetClient()}).SetupWithManager(mgr); err != nil {
		return err
	}
	if err := controller.SetupWebhooks(mgr); err != nil {
		return err
	}
	return mgr.Start(ctrl.SetupSignalHandler())
}
