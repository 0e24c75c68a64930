// An instant for tests that do not care which.
export const NOW = '2026-01-01T00:00:00.000Z'
