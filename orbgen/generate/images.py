"""The images that jobs run in unless the plan names one: CircleCI's own, by tags that do not move."""

from __future__ import annotations

BASE_TAG = "2026.03"
DEPLOY_TAG = "2024.11.1"
_BASE = f"cimg/base:{BASE_TAG}"
# The base image with kubectl, helm, Terraform and Ansible.
_DEPLOY = f"cimg/deploy:{DEPLOY_TAG}"
_DEPLOYING = ("ansible", "kubernetes", "terraform")


def image_for(kind: str) -> str:
    """The image for jobs of a kind of access."""
    return _DEPLOY if kind in _DEPLOYING else _BASE
