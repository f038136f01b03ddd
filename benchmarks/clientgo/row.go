package main

import (
	"strconv"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
)

// row holds what Pilothouse's table of pods shows, less the encoded detail: see POD in clusters/rows.py.
type row struct {
	uid, resourceVersion, namespace, name   string
	created                                 time.Time
	ownerKind, ownerName, ownerUID          string
	status, phase, node, ip, nominated, qos string
	ready, total, restarts                  int
	lastRestart                             time.Time
	cpuRequest, memoryRequest               int64
	cpuLimit, memoryLimit                   int64
	labels                                  map[string]string
	born                                    float64
}

const bornAnnotation = "feed.pilothouse/born"

func rowOf(pod *corev1.Pod) row {
	made := row{
		uid: string(pod.UID), resourceVersion: pod.ResourceVersion, namespace: pod.Namespace, name: pod.Name,
		created: pod.CreationTimestamp.Time, labels: pod.Labels, status: pod.Status.Reason,
		phase: string(pod.Status.Phase), node: pod.Spec.NodeName, ip: pod.Status.PodIP,
		nominated: pod.Status.NominatedNodeName, qos: string(pod.Status.QOSClass), total: len(pod.Spec.Containers),
	}
	if made.status == "" {
		made.status = made.phase
	}
	for _, owner := range pod.OwnerReferences {
		if owner.Controller != nil && *owner.Controller {
			made.ownerKind, made.ownerName, made.ownerUID = owner.Kind, owner.Name, string(owner.UID)
		}
	}
	for _, status := range pod.Status.ContainerStatuses {
		made.restarts += int(status.RestartCount)
		if status.Ready && status.State.Running != nil {
			made.ready++
		}
		if waiting := status.State.Waiting; waiting != nil && waiting.Reason != "" {
			made.status = waiting.Reason
		}
		if ended := status.LastTerminationState.Terminated; ended != nil {
			made.lastRestart = ended.FinishedAt.Time
		}
	}
	if pod.DeletionTimestamp != nil {
		made.status = "Terminating"
	}
	for _, container := range pod.Spec.Containers {
		made.cpuRequest += container.Resources.Requests.Cpu().MilliValue()
		made.memoryRequest += container.Resources.Requests.Memory().Value()
		made.cpuLimit += container.Resources.Limits.Cpu().MilliValue()
		made.memoryLimit += container.Resources.Limits.Memory().Value()
	}
	made.born, _ = strconv.ParseFloat(pod.Annotations[bornAnnotation], 64)
	return made
}

// rowOfAny makes the row of whatever the informer gave: a typed pod, or an unstructured one as dashboards convert it.
func rowOfAny(given any) (row, bool) {
	switch pod := given.(type) {
	case *corev1.Pod:
		return rowOf(pod), true
	case *unstructured.Unstructured:
		typed := &corev1.Pod{}
		if err := runtime.DefaultUnstructuredConverter.FromUnstructured(pod.Object, typed); err != nil {
			return row{}, false
		}
		return rowOf(typed), true
	}
	return row{}, false
}
