"""Writes about demands: drafted, issued, changed, withdrawn."""

from burden.demands.services.drafts import Registration, copy_demand, register, save_draft
from burden.demands.services.issuing import issue, withdraw

__all__ = ["Registration", "copy_demand", "issue", "register", "save_draft", "withdraw"]
