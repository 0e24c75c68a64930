// What a schema found wrong, as the issues of an error.
import type { z } from 'zod'
import { ChatError, type Issue } from './errors.ts'

/** The error `invalid-params`, whose sentence names the first issue and whose `issues` name the first ones. */
export function toParamsError(found: z.core.$ZodIssue[]): ChatError {
  const issues = found.flatMap(toIssues).slice(0, MOST_ISSUES)
  const [first] = issues
  const reason = first
    ? `${first.path === '' ? '' : `${first.path}: `}${first.message}`
    : 'the params are invalid'
  return new ChatError('invalid-params', { reason, issues })
}

// --- Internal helpers ---

/** However much is wrong with a request, its reply stays small. */
const MOST_ISSUES = 20

function toIssues(issue: z.core.$ZodIssue): Issue[] {
  const path = issue.path.map(String)
  if (issue.code !== 'unrecognized_keys') return [{ path: path.join('.'), message: issue.message }]
  return issue.keys.map((key) => ({ path: [...path, key].join('.'), message: 'unknown field; leave it out' }))
}
