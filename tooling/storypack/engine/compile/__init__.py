"""From syntax trees to SQL: eval expressions, search terms, whole pipelines."""
