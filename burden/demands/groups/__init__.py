"""Groups (乡镇分组): townships alike in what matters to demands, such as those in the mountains; kept by the county's office."""
