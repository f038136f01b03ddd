"""The kubelets: what happens to pods on their nodes.

Source: https://github.com/kubernetes/kubernetes/tree/master/pkg/kubelet
"""

from simulator.life.kubelet.controller import Kubelets

__all__ = ["Kubelets"]
