/** What goes wrong with a request. */
export type Fault =
  /** Answers so instead of handling it. */
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string; readonly text?: string }
  /** Handles it, and answers so: what a proxy says that waited in vain. */
  | { readonly kind: 'status-after'; readonly status: number }
  /** Answers with a page for people. */
  | { readonly kind: 'login-page' }
  /** Answers with a redirect to one. */
  | { readonly kind: 'redirect' }
  /** Answers later. */
  | { readonly kind: 'slow'; readonly delayMs: number }
  /** Handles it, and never answers. */
  | { readonly kind: 'hang' }
  /** Ends the connection before it is handled, with half of the answer sent, or in place of the answer. */
  | { readonly kind: 'cut-before' | 'cut-amid' | 'cut-after' }
  /** Ends the connection, and handles it later all the same. */
  | { readonly kind: 'cut-and-late'; readonly delayMs: number };

/** The beginning of a page as it stands before many installations. */
export const LOGIN_PAGE = '<!DOCTYPE html><html><head><title>Sign in</title></head><body><form action="/login">';
