import { instant, type Instant } from '@trimtab/core';
import { CronExpressionParser } from 'cron-parser';
import type { Calendar } from '../../application/ports.js';

/**
 * Calendars of cron expressions in time zones. A time of day that a change of the clocks leaves out is
 * due an hour later, once; one that comes twice is due the first time only (an expression of every hour
 * or minute is due in both hours). Where the clocks change by half an hour, a time that is left out is
 * left out that day. A day that no month has, such as 30 February, is never due.
 */
export const cronCalendar: Calendar = {
  next: ({ cron, timeZone }, after): Instant | undefined => {
    try {
      const currentDate = new Date(after);
      const expression = CronExpressionParser.parse(cron, { currentDate, tz: timeZone });
      return instant(expression.next().getTime());
    } catch (error) {
      // The form was checked when the intent was written: what is refused now has no date at all.
      if (error instanceof Error && NO_DATE.test(error.message)) return undefined;
      throw error;
    }
  },
};

/** What the library says of an expression that no date fulfils. */
const NO_DATE = /Invalid explicit day of month definition|loop limit exceeded/;
