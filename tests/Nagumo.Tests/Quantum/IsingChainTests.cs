using MathNet.Numerics.LinearAlgebra;
using Nagumo.Compute;
using Nagumo.Quantum;
using Nagumo.Tests.Vectors;

namespace Nagumo.Tests.Quantum;

public sealed class IsingChainTests
{
    private static IsingChain Published(out double[] cost)
    {
        var vector = Vector.Beyond("tfim");
        var chain = new IsingChain(4);
        vector.Numbers("J").CopyTo(chain.Parameters.Coupling, 0);
        vector.Numbers("h").CopyTo(chain.Parameters.Transverse, 0);
        vector.Numbers("b").CopyTo(chain.Parameters.Longitudinal, 0);
        double[] z0 = chain.Z(0),
            z3 = chain.Z(3);
        cost = [.. z0.Zip(z3, (a, b) => -0.7 * b + 0.4 * a * b)];
        return chain;
    }

    private static IsingChain Random(int sites, ulong seed, out double[] cost)
    {
        var chain = new IsingChain(sites);
        var rng = new Rng(seed);
        rng.FillUniform(chain.Parameters.Coupling, 0.3, 1);
        rng.FillUniform(chain.Parameters.Transverse, 0.7, 1.3);
        rng.FillUniform(chain.Parameters.Longitudinal, -0.5, 0.5);
        cost = chain.Z(sites - 1);
        return chain;
    }

    private static double[] Flat(IsingTerms t) => [.. t.Coupling, .. t.Transverse, .. t.Longitudinal];

    private static double[] Flat(System.Text.Json.JsonElement e) => [.. e.Numbers("J"), .. e.Numbers("h"), .. e.Numbers("b")];

    /// <summary>H by Kronecker products, as a textbook writes it.</summary>
    private static Matrix<double> Dense(IsingChain chain)
    {
        var one = Matrix<double>.Build.DenseIdentity(2);
        var z = Matrix<double>.Build.DenseOfDiagonalArray([1, -1]);
        var x = Matrix<double>.Build.DenseOfArray(
            new double[,]
            {
                { 0, 1 },
                { 1, 0 },
            }
        );
        Matrix<double> At(params (int Site, Matrix<double> Factor)[] factors) =>
            Enumerable
                .Range(0, chain.Sites)
                .Select(i => factors.FirstOrDefault(f => f.Site == i).Factor ?? one)
                .Aggregate((a, b) => a.KroneckerProduct(b));
        var h = Matrix<double>.Build.Dense(chain.States, chain.States);
        for (int i = 0; i < chain.Sites; i++)
        {
            h -= chain.Parameters.Transverse[i] * At((i, x)) + chain.Parameters.Longitudinal[i] * At((i, z));
            if (i + 1 < chain.Sites)
                h -= chain.Parameters.Coupling[i] * At((i, z), (i + 1, z));
        }
        return h;
    }

    /// <summary>d⟨C⟩/dθ by perturbation theory over the whole spectrum of the dense matrix.</summary>
    private static double[] Exact(IsingChain chain, double[] cost)
    {
        var evd = Dense(chain).Evd(Symmetricity.Symmetric);
        var energies = evd.EigenValues.Select(e => e.Real).ToArray();
        var ground = evd.EigenVectors.Column(0);
        var response = Vector<double>.Build.Dense(chain.States);
        for (int n = 1; n < energies.Length; n++)
        {
            var state = evd.EigenVectors.Column(n);
            response +=
                state * (state.PointwiseMultiply(Vector<double>.Build.Dense(cost)).DotProduct(ground) / (energies[0] - energies[n]));
        }
        // d⟨C⟩/dθ = 2 ⟨response| ∂H/∂θ |ground⟩, and ∂H/∂θ is the difference of H in θ, which is linear in it.
        var kept = Dense(chain);
        double[] Along(double[] parameters) =>
            [
                .. parameters.Select(
                    (value, i) =>
                    {
                        parameters[i] = value + 1;
                        var difference = Dense(chain) - kept;
                        parameters[i] = value;
                        return 2 * response.DotProduct(difference * ground);
                    }
                ),
            ];
        var p = chain.Parameters;
        return [.. Along(p.Coupling), .. Along(p.Transverse), .. Along(p.Longitudinal)];
    }

    [Fact]
    public void Published_chain()
    {
        var vector = Vector.Beyond("tfim");
        var chain = Published(out var cost);
        var ground = chain.Ground();
        Assert.Equal(vector.GetProperty("E0").GetDouble(), ground.Energy, 1e-12);
        Assert.Equal(vector.GetProperty("gap").GetDouble(), chain.Gap(ground), 1e-8);
        Assert.Equal(vector.GetProperty("cost").GetDouble(), IsingChain.Expectation(ground, cost), 1e-10);
        Assert.InRange(Vector.RelativeError(Flat(chain.Derivatives(ground)), Flat(vector.GetProperty("dE0"))), 0, 1e-10);
        double beta = vector.GetProperty("beta").GetDouble();
        double[] contrast = Flat(chain.Gradient(ground, cost, beta)),
            exact = Flat(vector.GetProperty("grad_exact"));
        Assert.InRange(Vector.RelativeError(contrast, Flat(vector.GetProperty("grad_contrast"))), 0, 1e-8);
        Assert.InRange(Vector.RelativeError(contrast, exact), 0, 1e-5);
        double[] coarse = Flat(chain.Gradient(ground, cost, 4e-3)),
            fine = Flat(chain.Gradient(ground, cost, 2e-3));
        Assert.InRange(Vector.RelativeError([.. fine.Zip(coarse, (f, c) => (4 * f - c) / 3)], exact), 0, 1e-10);
        Assert.InRange(Vector.RelativeError(Exact(chain, cost), exact), 0, 1e-10);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(6)]
    public void The_contrast_is_the_derivative_with_error_of_order_two(int sites)
    {
        var chain = Random(sites, (ulong)sites, out var cost);
        double[] exact = Exact(chain, cost);
        var ground = chain.Ground();
        double Error(double beta) => Vector.RelativeError(Flat(chain.Gradient(ground, cost, beta)), exact);
        Assert.InRange(Error(1e-3), 0, 1e-5);
        Assert.InRange(Math.Log10(Error(3e-2) / Error(3e-3)), 1.9, 2.1);
    }

    [Fact, Trait("speed", "slow")]
    public void Twelve_sites_agree_with_differences_of_the_expectation()
    {
        var chain = Random(IsingChain.MaxSites, 12, out var cost);
        var contrast = chain.Gradient(chain.Ground(), cost, 1e-3);
        double[] gradient =
        [
            .. ((double[][])[contrast.Coupling, contrast.Transverse, contrast.Longitudinal]).SelectMany(g => g.Where((_, i) => i % 5 == 0)),
        ];
        const double step = 1e-2;
        // Every fifth parameter of each kind.
        double[] Along(double[] parameters) =>
            [
                .. parameters
                    .Where((_, i) => i % 5 == 0)
                    .Select(
                        (value, k) =>
                        {
                            int i = 5 * k;
                            double At(double d)
                            {
                                parameters[i] = value + d;
                                double c = IsingChain.Expectation(chain.Ground(), cost);
                                parameters[i] = value;
                                return c;
                            }
                            // Six points: the error is of order step⁶.
                            return (-At(-3 * step) + 9 * At(-2 * step) - 45 * At(-step) + 45 * At(step) - 9 * At(2 * step) + At(3 * step))
                                / (60 * step);
                        }
                    ),
            ];
        var p = chain.Parameters;
        Assert.InRange(Vector.RelativeError(gradient, [.. Along(p.Coupling), .. Along(p.Transverse), .. Along(p.Longitudinal)]), 0, 1e-5);
    }

    [Fact]
    public void A_free_spin_points_along_its_field()
    {
        // Two spins that are not coupled: E₀ = −Σ √(h² + b²), ⟨Z⟩ = b/√(h² + b²), gap 2 √(h² + b²) of the weaker.
        var chain = new IsingChain(2);
        (chain.Parameters.Transverse[0], chain.Parameters.Longitudinal[0]) = (0.6, 0.8);
        (chain.Parameters.Transverse[1], chain.Parameters.Longitudinal[1]) = (0.3, -0.4);
        var ground = chain.Ground();
        Assert.Equal(-1.5, ground.Energy, 1e-12);
        Assert.Equal(0.8, IsingChain.Expectation(ground, chain.Z(0)), 1e-12);
        Assert.Equal(-0.8, IsingChain.Expectation(ground, chain.Z(1)), 1e-12);
        Assert.Equal(1, chain.Gap(ground), 1e-8);
    }

    [Fact]
    public void The_critical_chain_has_its_known_energy()
    {
        // J = h = 1, b = 0, open: E₀ = 1 − 1/sin(π/(4N + 2)). [Pfeuty 1970, doi:10.1016/0003-4916(70)90270-8]
        const int n = 10;
        var chain = new IsingChain(n);
        Array.Fill(chain.Parameters.Coupling, 1);
        Array.Fill(chain.Parameters.Transverse, 1);
        Assert.Equal(1 - 1 / Math.Sin(Math.PI / (4 * n + 2)), chain.Ground().Energy, 1e-10);
    }

    [Fact]
    public void A_missing_gap_is_refused_with_its_number()
    {
        // Deep in the ordered phase without a longitudinal field both orientations have one energy.
        var chain = new IsingChain(10);
        Array.Fill(chain.Parameters.Coupling, 1);
        Array.Fill(chain.Parameters.Transverse, 0.05);
        var error = Assert.Throws<ArithmeticException>(() => chain.Gradient(chain.Ground(), chain.Z(9), 1e-3));
        Assert.Matches(@"^The gap between the two lowest energies is \S+, not 10 times the 0\.001 that the nudge moves", error.Message);
        Assert.Contains("sites = 13: give 2 to 12", Assert.Throws<ArgumentOutOfRangeException>(() => new IsingChain(13)).Message);
        Assert.Contains(
            "needs 1024",
            Assert.Throws<ArgumentException>(() => chain.Ground([1, 2], 0.1)).Message.Replace("need 1024", "needs 1024")
        );
    }
}
