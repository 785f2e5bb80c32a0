"""本地做法: what a unit does differently, what that spared by the portal's own measure, and who took it over."""
