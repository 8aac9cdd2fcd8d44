export function Logo() {
  return (
    <svg width="28" height="28" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#1864ab" />
      <path d="M5 13.500c5.500 0 8-1 12-4.500v14c-4-3.500-6.500-4.500-12-4.500z" fill="#fff" />
      <circle cx="23" cy="16" r="4" fill="none" stroke="#ffd43b" strokeWidth="2.500" />
    </svg>
  );
}
