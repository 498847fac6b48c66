// Counts the pods of a cluster: from inside of it if there is a service account, else by a kubeconfig.
package main

import (
	"context"
	"fmt"
	"os"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

func config() (*rest.Config, string, error) {
	if found, err := rest.InClusterConfig(); err == nil {
		return found, "in the cluster", nil
	}
	found, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	return found, "by kubeconfig", err
}

func main() {
	found, how, err := config()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	client, err := kubernetes.NewForConfig(found)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	pods, err := client.CoreV1().Pods("default").List(context.Background(), metav1.ListOptions{})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Printf("%d pods, %s\n", len(pods.Items), how)
}
