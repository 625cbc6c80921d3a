// The processes of a conformance run: each in a group of its own, so that everything it started ends with it.
import { type ChildProcess, spawn } from 'node:child_process'

export interface Started {
  readonly child: ChildProcess
  stop(): Promise<void>
}

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => child.once('exit', () => resolve()))

/** Starts a command in the background; its output goes to ours only where `quiet` is false. */
export const start = (command: string, args: readonly string[], { quiet }: { readonly quiet: boolean }): Started => {
  const child = spawn(command, [...args], { detached: true, stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'inherit'] })
  const stop = async (): Promise<void> => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) process.kill(-child.pid, 'SIGTERM')
    await ended(child)
  }
  return { child, stop }
}

/** Runs a command to its end; resolves to its exit status. */
export const run = async (command: string, args: readonly string[]): Promise<number> => {
  const child = spawn(command, [...args], { stdio: 'inherit' })
  await ended(child)
  return child.exitCode ?? 1
}

/** Waits until the URL answers, or the process is gone, or the time is up. */
export const answers = async (url: string, { child }: Started, seconds: number): Promise<void> => {
  for (let tries = 0; tries < seconds * 5; tries++) {
    if (child.exitCode !== null) throw new Error(`the process behind ${url} ended with ${child.exitCode}`)
    const up = await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    )
    if (up) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`${url} did not answer within ${seconds} s`)
}
