import { type AddressInfo, createServer, isIPv6, type Server, type Socket } from 'node:net';

/** Gets a client's connected socket; what it returns settles when that client's session has ended. */
export type ClientHandler = (socket: Socket) => Promise<void>;

/** A TCP server that hands each client, however many at once, to a session of its own. */
export class TcpServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #sessions = new Set<Promise<void>>();

  constructor(handler: ClientHandler) {
    // Small messages go back and forth: Nagle's algorithm would delay each by up to 40 ms.
    this.#server = createServer({ noDelay: true }, socket => {
      this.#sockets.add(socket);
      socket.on('close', () => this.#sockets.delete(socket));
      const session = handler(socket).finally(() => {
        this.#sessions.delete(session);
        socket.end();
        socket.destroySoon();
      });
      this.#sessions.add(session);
    });
  }

  /**
   * Starts to listen.
   *
   * @param port 0 picks a free one
   * @returns the address, as `HOST:PORT`, an IPv6 host in brackets
   * @throws the system's error (EADDRINUSE, EACCES, ENOTFOUND)
   */
  async listen(host: string, port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
    const { address, port: actual } = this.#server.address() as AddressInfo;
    return `${isIPv6(address) ? `[${address}]` : address}:${actual}`;
  }

  /** Takes no more clients, closes the present ones, and settles when their sessions have ended. */
  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await Promise.all(this.#sessions);
  }
}

/** Whether only programs of this machine can connect to an address that was listened on. */
export function isLoopback(listenAddress: string): boolean {
  return /^(127\.|\[::1\]|\[::ffff:127\.)/.test(listenAddress);
}
