using System.Diagnostics;
using System.Runtime.ExceptionServices;

namespace Nagumo.Compute;

/// <summary>Work that a team does together; it splits itself by the member's number.</summary>
internal interface ITeamWork
{
    /// <param name="thread">Member, 0 ≤ thread &lt; threads; 0 is the caller.</param>
    /// <param name="threads">Members.</param>
    void Run(int thread, int threads);
}

/// <summary>Dedicated threads that start together and finish together; the caller is member 0.</summary>
/// <remarks>Waiting spins for about 30 µs and then blocks, so that a hand-off between two kernels costs little and an idle team costs
/// nothing. A run allocates nothing. One run at a time; a run inside a run is refused.</remarks>
internal sealed class WorkerTeam : IDisposable
{
    static readonly long SpinTicks = Stopwatch.Frequency * 30 / 1_000_000;

    readonly Thread[] workers;
    readonly Exception?[] failures;
    readonly Lock caller = new();
    readonly Gate started = new(),
        finished = new();
    readonly Each each = new();
    ITeamWork? work;
    int round,
        pending;
    bool running,
        stopping;

    /// <param name="threads">Members, the caller included, ≥ 1.</param>
    public WorkerTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        failures = new Exception?[threads];
        workers = new Thread[threads - 1];
        for (var i = 0; i < workers.Length; i++)
        {
            var member = i + 1;
            workers[i] = new(() => Serve(member)) { IsBackground = true, Name = $"Nagumo worker {member}" };
            workers[i].Start();
        }
    }

    public int Threads { get; }

    /// <summary>Runs the work on every member and returns when all are done.</summary>
    /// <exception cref="Exception">What the member with the lowest number threw; the others have finished by then.</exception>
    /// <exception cref="InvalidOperationException">The team is running already.</exception>
    public void Run(ITeamWork work)
    {
        Enter();
        Together(work);
    }

    /// <summary>Runs body(member) on every member; otherwise as <see cref="Run(ITeamWork)"/>.</summary>
    public void Run(Action<int> body)
    {
        Enter();
        each.Body = body;
        Together(each);
    }

    void Enter()
    {
        lock (caller)
        {
            ObjectDisposedException.ThrowIf(stopping, this);
            if (running)
                Throw.Invalid("This team is running already: a member cannot start the team that it works in.");
            running = true;
        }
    }

    void Together(ITeamWork work)
    {
        try
        {
            if (workers.Length == 0)
            {
                work.Run(0, 1);
                return;
            }
            this.work = work;
            Volatile.Write(ref pending, workers.Length);
            Interlocked.Increment(ref round);
            started.Open();
            Do(work, 0);
            finished.Wait(ref pending, 0, equal: true);
            this.work = null;
            Rethrow();
        }
        finally
        {
            each.Body = null;
            lock (caller)
                running = false;
        }
    }

    /// <summary>Ends the threads. Not while a run is under way.</summary>
    public void Dispose()
    {
        lock (caller)
        {
            if (running)
                Throw.Invalid("A team cannot be disposed while it runs.");
            if (stopping)
                return;
            stopping = true;
        }
        Interlocked.Increment(ref round);
        started.Open();
        foreach (var worker in workers)
            worker.Join();
    }

    void Serve(int member)
    {
        for (var seen = 0; ; )
        {
            started.Wait(ref round, seen, equal: false);
            // Rounds do not overlap, so this member has missed none.
            seen++;
            if (Volatile.Read(ref stopping))
                return;
            Do(work!, member);
            if (Interlocked.Decrement(ref pending) == 0)
                finished.Open();
        }
    }

    void Do(ITeamWork work, int member)
    {
        try
        {
            work.Run(member, Threads);
        }
        catch (Exception failure)
        {
            failures[member] = failure;
        }
    }

    void Rethrow()
    {
        ExceptionDispatchInfo? first = null;
        for (var i = failures.Length - 1; i >= 0; i--)
            if (failures[i] is { } failure)
            {
                first = ExceptionDispatchInfo.Capture(failure);
                failures[i] = null;
            }
        first?.Throw();
    }

    /// <summary>Waiting for a number to change: first spinning, then asleep.</summary>
    sealed class Gate
    {
        readonly object gate = new();
        int sleepers;

        /// <summary>Wakes whoever sleeps; called after the number was changed with a full fence.</summary>
        public void Open()
        {
            // Either this sees the sleeper, or the sleeper, which counts itself (a full fence) before it looks, sees the new number.
            if (Volatile.Read(ref sleepers) == 0)
                return;
            lock (gate)
                Monitor.PulseAll(gate);
        }

        /// <summary>Returns once (number == value) == equal.</summary>
        public void Wait(ref int number, int value, bool equal)
        {
            var start = Stopwatch.GetTimestamp();
            while ((Volatile.Read(ref number) == value) != equal)
            {
                if (Stopwatch.GetTimestamp() - start < SpinTicks)
                {
                    Thread.SpinWait(8);
                    continue;
                }
                lock (gate)
                {
                    Interlocked.Increment(ref sleepers);
                    while ((Volatile.Read(ref number) == value) != equal)
                        Monitor.Wait(gate);
                    Interlocked.Decrement(ref sleepers);
                }
            }
        }
    }

    sealed class Each : ITeamWork
    {
        public Action<int>? Body;

        public void Run(int thread, int threads) => Body!(thread);
    }
}
