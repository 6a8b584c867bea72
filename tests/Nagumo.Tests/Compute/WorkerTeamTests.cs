using Nagumo.Compute;

namespace Nagumo.Tests.Compute;

public sealed class WorkerTeamTests
{
    sealed class Count(int threads) : ITeamWork
    {
        public readonly int[] Calls = new int[threads];
        public int Wrong;

        public void Run(int thread, int threads)
        {
            Calls[thread]++;
            if (threads != Calls.Length)
                Interlocked.Increment(ref Wrong);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(5)]
    public void Every_member_runs_once_per_run_and_all_are_done_at_its_end(int threads)
    {
        using var team = new WorkerTeam(threads);
        var count = new Count(threads);
        for (var i = 1; i <= 500; i++)
        {
            team.Run(count);
            Assert.All(count.Calls, calls => Assert.Equal(i, calls));
            if (i % 100 == 0)
                // Long enough for the members to fall asleep.
                Thread.Sleep(2);
        }
        Assert.Equal(0, count.Wrong);
    }

    [Fact]
    public void The_lowest_failing_member_is_reported_after_all_have_finished()
    {
        using var team = new WorkerTeam(4);
        for (var i = 0; i < 20; i++)
        {
            var done = 0;
            var failure = Assert.Throws<InvalidOperationException>(() =>
                team.Run(member =>
                {
                    Interlocked.Increment(ref done);
                    if (member is 1 or 3)
                        throw new InvalidOperationException($"member {member}");
                })
            );
            Assert.Equal("member 1", failure.Message);
            Assert.Equal(4, done);
        }
        team.Run(_ => { });
    }

    [Fact]
    public void A_run_inside_a_run_is_refused()
    {
        using var team = new WorkerTeam(2);
        Assert.Throws<InvalidOperationException>(() => team.Run(_ => team.Run(_ => { })));
        team.Run(_ => { });
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void A_run_allocates_nothing(int threads)
    {
        using var team = new WorkerTeam(threads);
        var count = new Count(threads);
        team.Run(count);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            team.Run(count);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_disposed_team_refuses_and_disposing_twice_is_harmless()
    {
        var team = new WorkerTeam(3);
        team.Dispose();
        team.Dispose();
        Assert.Throws<ObjectDisposedException>(() => team.Run(_ => { }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new WorkerTeam(0));
    }

    [Fact]
    public unsafe void A_product_has_the_same_bits_with_any_number_of_members()
    {
        const int m = 100,
            k = 90,
            n = 70;
        var rng = new Rng(1);
        using var a = new Buffer<float>(m * k);
        using var b = new Buffer<float>(k * n);
        using var c = new Buffer<float>(m * n);
        rng.FillUniform(a.Span, -1, 1);
        rng.FillUniform(b.Span, -1, 1);
        float[]? reference = null;
        foreach (var threads in new[] { 1, 2, 3, 7 })
        {
            using var team = new WorkerTeam(threads);
            using var left = new PackedLeft<float>(m, k);
            using var right = new PackedRight<float>(k, n);
            right.Pack(new(b.Pointer, k, n, n));
            team.Run(member =>
            {
                var block = Gemm.RowBlock<float>();
                var blocks = (m + block - 1) / block;
                var row0 = blocks * member / threads * block;
                var row1 = Math.Min(m, blocks * (member + 1) / threads * block);
                left.Pack(new(a.Pointer, m, k, k), 1, row0, row1 - row0);
                Gemm.Multiply(left, right, default, new(c.Pointer, m, n, n), row0, row1 - row0);
            });
            reference ??= c.Span.ToArray();
            Assert.Equal(reference, c.Span.ToArray());
        }
    }
}
