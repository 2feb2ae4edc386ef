"""HTTP without features: forms, errors, headers, assets, rate limits, head data. Knows no thread and no article."""
