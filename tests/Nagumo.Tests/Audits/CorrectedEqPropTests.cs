using Nagumo.Audits;
using Nagumo.Tests.Vectors;

namespace Nagumo.Tests.Audits;

/// <summary>x' = −x + W tanh x + b with random W: published states and gradients.</summary>
public sealed class CorrectedEqPropTests
{
    private readonly System.Text.Json.JsonElement _vector = Vector.Beyond("nonconservative");

    private FlowSystem System()
    {
        double[] w = _vector.Numbers("W"),
            b = _vector.Numbers("b");
        int n = b.Length;
        return new(
            "asymmetric",
            [.. Enumerable.Range(0, n).Select(i => $"x{i}")],
            (x, f) =>
            {
                for (int i = 0; i < n; i++)
                {
                    f[i] = -x[i] + b[i];
                    for (int k = 0; k < n; k++)
                        f[i] += w[i * n + k] * Math.Tanh(x[k]);
                }
            }
        )
        {
            // The published network has several rest states.
            Start = [.. _vector.Numbers("x_free").Select(x => Math.Round(x, 1))],
        };
    }

    private CorrectedEqProp Run(double beta, bool corrected = true)
    {
        double[] y = _vector.Numbers("y");
        return CorrectedEqProp.Run(
            System(),
            (x, c) =>
            {
                for (int i = 0; i < y.Length; i++)
                    c[i] = x[i] - y[i];
            },
            beta,
            corrected
        );
    }

    [Fact]
    public void Published_states_and_contrasts()
    {
        var run = Run(_vector.GetProperty("beta").GetDouble());
        Assert.InRange(Vector.RelativeError(run.Free, _vector.Numbers("x_free")), 0, 1e-10);
        Assert.InRange(Vector.RelativeError(System().Jacobian([.. run.Free]), _vector.Numbers("J")), 0, 1e-10);
        Assert.InRange(Vector.RelativeError(run.Plus, _vector.Numbers("x_plus")), 0, 1e-10);
        Assert.InRange(Vector.RelativeError(run.Minus, _vector.Numbers("x_minus")), 0, 1e-10);
        double[] gradient = [.. run.Contrast.Select(d => -d)];
        Assert.InRange(Vector.RelativeError(gradient, _vector.Numbers("grad_b_corrected_contrast")), 0, 1e-8);
    }

    [Fact]
    public void The_exact_gradients_are_reached_with_order_two()
    {
        double[] b = _vector.Numbers("grad_b_exact"),
            w = _vector.Numbers("grad_W_exact");
        double Error(double beta)
        {
            var run = Run(beta);
            double[] d = run.Contrast;
            double[] gradient = [.. d.SelectMany(_ => run.Free, (di, x) => -di * Math.Tanh(x))];
            return Math.Max(Vector.RelativeError([.. d.Select(x => -x)], b), Vector.RelativeError(gradient, w));
        }
        Assert.InRange(Error(1e-3), 0, 1e-5);
        Assert.InRange(Math.Log10(Error(1e-2) / Error(1e-3)), 1.9, 2.1);
        // Richardson's combination is exact to what differences leave at 1e-10.
        double[] coarse = Run(2e-3).Contrast,
            fine = Run(1e-3).Contrast;
        Assert.InRange(Vector.RelativeError([.. fine.Zip(coarse, (f, c) => -(4 * f - c) / 3)], b), 0, 1e-10);
    }

    [Fact]
    public void Without_the_correction_the_bias_stays_whatever_beta()
    {
        double[] naive = _vector.Numbers("grad_b_naive_limit");
        Assert.InRange(Vector.RelativeError([.. Run(1e-4, corrected: false).Contrast.Select(d => -d)], naive), 0, 1e-5);
        Assert.True(Vector.RelativeError(naive, _vector.Numbers("grad_b_exact")) > 0.3);
    }

    [Fact]
    public void A_nudge_beyond_what_the_flow_bears_is_named()
    {
        var cubic = new FlowSystem("cubic", ["x"], (x, f) => f[0] = 0.1 - x[0] + x[0] * x[0]);
        var error = Assert.Throws<ArithmeticException>(() => CorrectedEqProp.Run(cubic, (_, c) => c[0] = 1, 1));
        Assert.Contains("the largest |x'| is", error.Message);
        Assert.Contains(
            "beta = 0: give",
            Assert.Throws<ArgumentOutOfRangeException>(() => CorrectedEqProp.Run(cubic, (_, c) => c[0] = 1, 0)).Message
        );
    }
}
