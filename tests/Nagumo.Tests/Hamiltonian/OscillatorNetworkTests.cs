using Nagumo.Compute;
using Nagumo.Hamiltonian;
using Nagumo.Tests.Vectors;

namespace Nagumo.Tests.Hamiltonian;

public sealed class OscillatorNetworkTests
{
    private readonly System.Text.Json.JsonElement _vector = Vector.Beyond("rhel");

    private OscillatorNetwork Published()
    {
        int n = _vector.GetProperty("n").GetInt32();
        var network = new OscillatorNetwork(n, _vector.GetProperty("W").GetArrayLength(), _vector.GetProperty("h").GetDouble());
        _vector.Numbers("Kc").CopyTo(network.Parameters.Stiffness, 0);
        _vector.Numbers("c").CopyTo(network.Parameters.Cubic, 0);
        _vector.Numbers("W").CopyTo(network.Parameters.Branches, 0);
        _vector.Numbers("m").Select(m => 1 / m).ToArray().CopyTo(network.Parameters.InverseMass, 0);
        return network;
    }

    private double Cost(int t, ReadOnlySpan<double> q, Span<double> gradient)
    {
        double h = _vector.GetProperty("h").GetDouble(),
            sum = 0;
        double[] target = _vector.GetProperty("target")[t].Numbers();
        for (int i = 0; i < q.Length; i++)
        {
            gradient[i] = h * (q[i] - target[i]);
            sum += h / 2 * (q[i] - target[i]) * (q[i] - target[i]);
        }
        return sum;
    }

    private EchoGradient Echo(double epsilon) =>
        Published().Gradient(_vector.Numbers("drive"), _vector.Numbers("q0"), _vector.Numbers("p0"), Cost, epsilon);

    private static readonly (string Name, Func<EchoGradient, double[]> Of)[] Parts =
    [
        ("grad_Kc", e => e.Parameters.Stiffness),
        ("grad_c", e => e.Parameters.Cubic),
        ("grad_W", e => e.Parameters.Branches),
        ("grad_minv", e => e.Parameters.InverseMass),
        ("grad_drive", e => e.Drive),
        ("grad_q0", e => e.Position),
        ("grad_p0", e => e.Momentum),
    ];

    [Fact]
    public void Published_motion()
    {
        double[] q = _vector.Numbers("q0"),
            p = _vector.Numbers("p0");
        var seen = new List<double>(q);
        double cost = Published()
            .Run(
                _vector.Numbers("drive"),
                q,
                p,
                (t, at, gradient) =>
                {
                    seen.AddRange(at);
                    return Cost(t, at, gradient);
                }
            );
        Assert.InRange(Vector.RelativeError(seen, _vector.Numbers("q")), 0, 1e-10);
        Assert.InRange(Vector.RelativeError(p, _vector.Numbers("p")[^p.Length..]), 0, 1e-10);
        Assert.Equal(_vector.GetProperty("cost").GetDouble(), cost, 1e-10);
    }

    [Fact]
    public void The_echo_has_the_published_gradients_with_order_two()
    {
        foreach (var (name, of) in Parts)
        {
            double[] exact = _vector.Numbers(name);
            double Error(double epsilon) => Vector.RelativeError(of(Echo(epsilon)), exact);
            Assert.InRange(Error(1e-3), 0, 1e-5);
            Assert.InRange(Math.Log10(Error(1e-1) / Error(1e-2)), 1.9, 2.1);
            double[] coarse = of(Echo(4e-3)),
                fine = of(Echo(2e-3));
            Assert.True(
                Vector.RelativeError([.. fine.Zip(coarse, (f, c) => (4 * f - c) / 3)], exact) < 1e-10,
                $"{name}: {Vector.RelativeError([.. fine.Zip(coarse, (f, c) => (4 * f - c) / 3)], exact):g3}"
            );
        }
    }

    [Fact]
    public void The_echo_returns_and_conserves_energy_without_costs()
    {
        var network = Published();
        var rng = new Rng(5);
        double[] drive = new double[3 * 2000],
            q0 = new double[3],
            p0 = new double[3];
        rng.FillNormal(q0);
        rng.FillNormal(p0);
        // 1000 periods and more of the fastest mode, forward and back.
        var free = network.Gradient(drive, q0, p0, (_, _, _) => 0, 1);
        Assert.InRange(free.Return, 0, 1e-10);
        Assert.All(free.Position, g => Assert.InRange(Math.Abs(g), 0, 1e-10));

        double[] q = [.. q0],
            p = [.. p0];
        double before = Energy(q, p);
        network.Run(drive, q, p);
        // Symplectic Euler oscillates around the energy by O(h) and does not drift.
        Assert.InRange(Math.Abs(Energy(q, p) - before) / before, 0, 0.2);

        double Energy(double[] x, double[] y)
        {
            double sum = 0;
            for (int i = 0; i < 3; i++)
            {
                sum += y[i] * y[i] * network.Parameters.InverseMass[i] / 2 + network.Parameters.Cubic[i] * Math.Pow(x[i], 4) / 4;
                double z = 0;
                for (int k = 0; k < 3; k++)
                {
                    sum += x[i] * network.Parameters.Stiffness[i * 3 + k] * x[k] / 2;
                    z += network.Parameters.Branches[i * 3 + k] * x[k];
                }
                sum += Math.Log(Math.Cosh(z));
            }
            return sum;
        }
    }

    [Fact]
    public void One_oscillator_has_its_frequency()
    {
        // p ← p − h ω² q, q ← q + h p: a rotation by φ with 2 cos φ = 2 − h² ω². After n steps of 2π/n it is back.
        const int n = 40;
        double h = Math.Sqrt(2 - 2 * Math.Cos(2 * Math.PI / n));
        double[] q = [0.7],
            p = [-0.2];
        new OscillatorNetwork(1, 0, h).Run(new double[n], q, p);
        Assert.Equal(0.7, q[0], 1e-12);
        Assert.Equal(-0.2, p[0], 1e-12);
    }

    [Fact]
    public void What_cannot_work_is_refused_with_its_number()
    {
        var network = new OscillatorNetwork(1, 0, 0.5);
        network.Parameters.Cubic[0] = -1;
        var error = Assert.Throws<ArithmeticException>(() => network.Run(new double[100], [3], [0]));
        Assert.StartsWith("Oscillator 0 escaped: q = ", error.Message);
        Assert.Contains(
            "epsilon = 0: give",
            Assert.Throws<ArgumentOutOfRangeException>(() => network.Gradient([0], [0], [0], (_, _, _) => 0, 0)).Message
        );
        Assert.Contains("1 oscillators need 1", Assert.Throws<ArgumentException>(() => network.Run([0], [0, 1], [0])).Message);
    }

    [Fact]
    public void An_asymmetric_stiffness_is_refused()
    {
        var network = new OscillatorNetwork(2, 0, 0.1);
        network.Parameters.Stiffness[1] = 0.3;
        double[] q = [0, 0],
            p = [1, 0];
        Assert.StartsWith(
            "Stiffness[1, 0] = 0 but Stiffness[0, 1] = 0.3",
            Assert.Throws<ArgumentException>(() => network.Run(new double[4], q, p)).Message
        );
        Assert.Throws<ArgumentException>(() => network.Gradient(new double[4], q, p, (_, _, _) => 0, 1e-3));
        network.Parameters.Stiffness[2] = 0.3;
        network.Run(new double[4], q, p);
    }
}
