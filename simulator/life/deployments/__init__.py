"""Deployments: which replica set is the new one, how replicas move to it, and what is told of it.

Source: https://github.com/kubernetes/kubernetes/tree/master/pkg/controller/deployment
"""

from simulator.life.deployments.controller import Deployments

__all__ = ["Deployments"]
