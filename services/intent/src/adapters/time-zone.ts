/** Whether a name is a time zone that this machine knows (the IANA database of the runtime). */
export function isTimeZone(name: string): boolean {
  // Offsets such as +01:00 are accepted by some runtimes and have no calendar of their own.
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    // RangeError is how the runtime says that it knows no such zone.
    return false;
  }
}
