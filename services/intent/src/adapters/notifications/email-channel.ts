import { createTransport } from 'nodemailer';
import type {
  Attempt,
  AttemptResult,
  SendToChannel,
} from '../../application/notification-ports.js';

/** The server that takes our e-mail. */
export interface EmailServer {
  /** `smtp://` or `smtps://`, with user and password if it wants them. */
  readonly url: string;
  /** The address that e-mail comes from. */
  readonly from: string;
}

/** Of each: to connect, to be greeted, and between two words of the server. */
const TIMEOUT_MILLIS = 10_000;

/** The text of an e-mail. */
export interface Email {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** What an owner reads. */
export function emailOf({ notification }: Attempt, to: string): Email {
  const { intentId, kind, message, createTime } = notification;
  const subject = `Trimtab: ${kind.toLowerCase().replaceAll('_', ' ')} of ${intentId}`;
  return { to, subject, text: `${message}\n\n${new Date(createTime).toISOString()}\n` };
}

/** Sends notifications over SMTP. The Message-ID is the delivery's, so that a repeat is known. */
export function createEmailChannel({ url, from }: EmailServer): SendToChannel {
  const transport = createTransport({
    url,
    connectionTimeout: TIMEOUT_MILLIS,
    greetingTimeout: TIMEOUT_MILLIS,
    socketTimeout: TIMEOUT_MILLIS,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return async (attempt) => {
    const { emailAddress: address = '' } = attempt.targets ?? {};
    if (address === '') return { kind: 'SKIPPED', error: 'no e-mail address is set' };
    const { subject, text } = emailOf(attempt, address);
    const messageId = `<${attempt.deliveryId}@trimtab>`;
    try {
      await transport.sendMail({ from, to: { name: '', address }, subject, text, messageId });
      return { kind: 'DELIVERED' };
    } catch (error) {
      return failureOf(error);
    }
  };
}

/** What a server said is shown by its number only: its words may quote the address. */
function failureOf(error: unknown): AttemptResult {
  const { code, responseCode } = fieldsOf(error);
  if (typeof responseCode === 'number') {
    // That we may not log in is ours to mend; that an address is refused is not.
    const isFinal = responseCode >= 500 && code !== 'EAUTH';
    return { kind: isFinal ? 'GIVEN_UP' : 'RETRY', error: `SMTP answered ${responseCode}` };
  }
  const named = typeof code === 'string' && /^E[A-Z]+$/.test(code) ? ` (${code})` : '';
  return { kind: 'RETRY', error: `the SMTP server did not take it${named}` };
}

function fieldsOf(error: unknown): { readonly code?: unknown; readonly responseCode?: unknown } {
  return typeof error === 'object' && error !== null ? error : {};
}
