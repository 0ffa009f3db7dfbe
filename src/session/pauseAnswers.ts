import type { MiResult } from '../mi/client.js';
import type { MiCommand } from '../mi/commands.js';
import type { Gdb } from './ports.js';

/** Commands that make one question, built when they are sent. */
type Question = () => readonly MiCommand[];

/**
 * What gdb has answered during one pause, so that nothing is asked twice, and what to ask at the next one.
 *
 * An editor asks the same at each stop of a row of steps, one request after the answer to another: each would wait for a
 * round trip to gdb of its own. So the questions that the client's requests led to at one stop go to gdb in one write as
 * soon as the same thread has stopped again, and the requests meet answers that are already on their way. A question
 * that nobody asked at a stop is not asked ahead at the next one.
 *
 * For commands that look and change nothing, and whose answers stand while the program does: what resumes or writes must
 * end the pause or call {@link forget}. Without a pause every command goes to gdb as it is.
 */
export class PauseAnswers implements Gdb {
  private thread: number | undefined;
  private isPaused = false;
  private readonly answers = new Map<string, Promise<readonly MiResult[]>>();
  /** What was asked since the pause began. */
  private readonly asked = new Map<string, Question>();

  constructor(private readonly gdb: Gdb) {}

  /** The answer to a command that looks, from gdb or from before. Rejects with MiError as gdb's own answer does. */
  async send(command: MiCommand): Promise<MiResult> {
    if (!this.isPaused) return this.gdb.send(command);
    const [answer] = await this.together(command, () => [command]);
    if (answer === undefined) throw new Error(`no answer to ${command}`);
    return answer;
  }

  /**
   * The answers to commands that belong together, sent in one write.
   *
   * @param key a name for the question: the same key, the same commands
   */
  together(key: string, question: Question): Promise<readonly MiResult[]> {
    if (!this.isPaused) return this.ask(question);
    this.asked.set(key, question);
    return this.answers.get(key) ?? this.keep(key, question);
  }

  /**
   * A pause begins.
   *
   * @param thread the thread that has stopped
   * @param ahead whether to ask what was asked at the last pause
   */
  begin(thread: number | undefined, ahead: boolean): void {
    const questions = ahead && thread === this.thread ? [...this.asked] : [];
    this.thread = thread;
    this.isPaused = true;
    this.answers.clear();
    this.asked.clear();
    for (const [key, question] of questions) void this.keep(key, question);
  }

  /** The program goes on. */
  end(): void {
    this.isPaused = false;
    this.answers.clear();
  }

  /** Memory, registers or gdb's settings may have been changed: what is asked from now on is put to gdb again. */
  forget(): void {
    this.answers.clear();
    this.asked.clear();
  }

  private keep(key: string, question: Question): Promise<readonly MiResult[]> {
    const answer = this.ask(question);
    this.answers.set(key, answer);
    // Whoever asks gets the refusal; where nobody does, it is nobody's business.
    answer.catch(() => undefined);
    return answer;
  }

  private ask(question: Question): Promise<readonly MiResult[]> {
    return Promise.all(question().map(command => this.gdb.send(command)));
  }
}
