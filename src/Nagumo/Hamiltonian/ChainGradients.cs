using Nagumo.Compute;
using Nagumo.Learning;
using Nagumo.Networks;
using Nagumo.Relaxation;

namespace Nagumo.Hamiltonian;

/// <summary>The gradients of one sample's cost in float64, in both readings, by contrasts and exactly; into the machine's parameters.</summary>
/// <remarks>
/// One identity stands behind all of them: along a nudged family, dC/dθ = d/dβ [∂S/∂θ] + ω_end − ω_start with ω = δ_θ q·δ_β p − δ_β q·δ_θ p. The
/// boundary problem makes both ends vanish by its Lagrangian conditions, the echo by keeping (q_0, p_0) fixed in θ and the kicked (q_L, p_L)
/// fixed in β. They are gradients of different functions. [docs/hamiltonian.md]
/// </remarks>
internal sealed class ChainGradients : IDisposable
{
    private readonly DepthRecurrence<double> _layers;
    private readonly DepthContrasts<double> _contrasts;
    private readonly State<double> _q,
        _p,
        _echo,
        _momentum;
    private readonly Workspace<double> _workspace = new();

    /// <param name="layers">The layers; their machine's gradients are written.</param>
    public ChainGradients(DepthRecurrence<double> layers)
    {
        _layers = layers;
        _contrasts = new(layers, 1, links: true);
        (_q, _p, _echo, _momentum) = (layers.CreateLayer(1), layers.CreateLayer(1), layers.CreateLayer(2), layers.CreateLayer(2));
    }

    private int Last => _layers.Layers - 1;

    /// <summary>The layer-wise pass, keeping only its end: (q_L, p_L).</summary>
    public (double[] Q, double[] P) Pass(ReadOnlySpan<double> q0, ReadOnlySpan<double> p0)
    {
        Put(_q, 0, q0);
        Put(_p, 0, p0);
        for (int l = 0; l < Last; l++)
        {
            _layers.Kick(l, _q, _p, _workspace);
            _layers.Drift(_q, _p);
        }
        return (Get(_q, 0), Get(_p, 0));
    }

    /// <summary>Hamiltonian echo: gradient by contrast, and dC/dq_0, dC/dp_0.</summary>
    /// <param name="end">(q_L, p_L) of the pass.</param>
    /// <param name="cost">C(q_L).</param>
    /// <param name="plus">β₊.</param>
    /// <param name="minus">β₋: −β₊ centred, 0 one-sided.</param>
    /// <param name="trace">Receives (q, P) of the echo at +β from layer L down to 0; null for none.</param>
    public (double[] Q0, double[] P0) Echo(
        (double[] Q, double[] P) end,
        EndCost cost,
        double plus,
        double minus,
        List<(double[] Q, double[] P)>? trace = null
    )
    {
        var force = new double[end.Q.Length];
        cost.Gradient(end.Q, force);
        Resize(2);
        Put(_echo, 0, end.Q);
        Put(_echo, 1, end.Q);
        Put(_momentum, 0, [.. end.P.Zip(force, (p, c) => -p + plus * c)]);
        Put(_momentum, 1, [.. end.P.Zip(force, (p, c) => -p + minus * c)]);
        trace?.Add((Get(_echo, 0), Get(_momentum, 0)));
        _contrasts.Begin();
        for (int l = Last - 1; l >= 0; l--)
        {
            _contrasts.GoTo(l);
            for (int f = 0; f < _layers.Fields; f++)
                _contrasts.ReadLink(f, Stretch(_momentum, f), plus - minus, 0, 1);
            _layers.Drift(_echo, _momentum);
            _layers.Kick(l, _echo, _momentum, _workspace);
            _contrasts.Read(_echo, plus - minus, 0, 1, _workspace);
            _contrasts.Gradient(link: true, 1, 0, 1, _workspace.Gemm);
            trace?.Add((Get(_echo, 0), Get(_momentum, 0)));
        }
        return (
            Difference(Get(_momentum, 0), Get(_momentum, 1), plus - minus),
            // The echo runs with the momentum turned round, P = −p.
            Difference(Get(_echo, 0), Get(_echo, 1), plus - minus)
        );
    }

    /// <summary>The exact gradient of the pass: the echo's derivative in β.</summary>
    public (double[] Q0, double[] P0) ExactPass((double[] Q, double[] P) end, EndCost cost)
    {
        var force = new double[end.Q.Length];
        cost.Gradient(end.Q, force);
        Resize(1);
        Put(_q, 0, end.Q);
        Put(_p, 0, [.. end.P.Select(p => -p)]);
        Put(_echo, 0, new double[force.Length]);
        Put(_momentum, 0, force);
        _contrasts.Begin();
        for (int l = Last - 1; l >= 0; l--)
        {
            _contrasts.GoTo(l);
            for (int f = 0; f < _layers.Fields; f++)
                _contrasts.ReadLinkTangent(f, Stretch(_p, f), Stretch(_momentum, f), 0, 1);
            _layers.Drift(_q, _p);
            _layers.Drift(_echo, _momentum);
            _layers.TangentKick(l, _q, _p, _echo, _momentum, _workspace);
            _contrasts.ReadTangent(_q, _echo, 0, 1);
            _contrasts.Gradient(link: true, 1, 0, 1, _workspace.Gemm);
        }
        return (Get(_momentum, 0), Get(_echo, 0));
    }

    /// <summary>Equilibrium Propagation: the contrast of ∂S/∂θ between two rest states of the boundary problem.</summary>
    public void Contrast(double[][] plus, double[][] minus, double deltaBeta)
    {
        Resize(2);
        _contrasts.Begin();
        for (int l = 0; l < plus.Length; l++)
        {
            bool link = l < Last;
            _contrasts.GoTo(l);
            Put(_echo, 0, plus[l]);
            Put(_echo, 1, minus[l]);
            _layers.Kick(l, _echo, _momentum, _workspace);
            _contrasts.Read(_echo, deltaBeta, 0, 1, _workspace);
            if (link)
            {
                Put(_momentum, 0, Difference(plus[l + 1], plus[l], 1));
                Put(_momentum, 1, Difference(minus[l + 1], minus[l], 1));
                for (int f = 0; f < _layers.Fields; f++)
                    _contrasts.ReadLink(f, _momentum.X(_layers.Population, f), deltaBeta, 0, 1);
            }
            _contrasts.Gradient(link, 1, 0, 1, _workspace.Gemm);
        }
    }

    /// <summary>The exact gradient of the boundary problem from its rest state and dq/dβ = −H⁻¹ C'.</summary>
    public void ExactBoundary(double[][] q, double[][] response)
    {
        Resize(1);
        _contrasts.Begin();
        for (int l = 0; l < q.Length; l++)
        {
            bool link = l < Last;
            _contrasts.GoTo(l);
            Put(_q, 0, q[l]);
            Put(_echo, 0, response[l]);
            _contrasts.ReadTangent(_q, _echo, 0, 1);
            if (link)
            {
                Put(_p, 0, Difference(q[l + 1], q[l], 1));
                Put(_momentum, 0, Difference(response[l + 1], response[l], 1));
                for (int f = 0; f < _layers.Fields; f++)
                    _contrasts.ReadLinkTangent(f, _p.X(_layers.Population, f), _momentum.X(_layers.Population, f), 0, 1);
            }
            _contrasts.Gradient(link, 1, 0, 1, _workspace.Gemm);
        }
    }

    public void Dispose()
    {
        _contrasts.Dispose();
        foreach (var state in (ReadOnlySpan<State<double>>)[_q, _p, _echo, _momentum])
            state.Dispose();
        _workspace.Dispose();
    }

    /// <summary>(a − b) / scale.</summary>
    private static double[] Difference(double[] a, double[] b, double scale) => [.. a.Zip(b, (x, y) => (x - y) / scale)];

    /// <summary>D⁻¹P: the stretch that the next drift will make.</summary>
    private MatView<double> Stretch(State<double> momentum, int f)
    {
        var (p, into) = (momentum.X(_layers.Population, f), momentum.Drive(_layers.Population, f));
        p.ScaleTo(1 / _layers.Diffusion(f), into);
        return into;
    }

    private void Resize(int lanes)
    {
        _echo.Resize(lanes);
        _momentum.Resize(lanes);
    }

    private void Put(State<double> s, int lane, ReadOnlySpan<double> x)
    {
        for (int i = 0; i < x.Length; i++)
            s.X(_layers.Population, i / _layers.Size)[i % _layers.Size, lane] = x[i];
    }

    private double[] Get(State<double> s, int lane) =>
        [
            .. from f in Enumerable.Range(0, _layers.Fields)
            from r in Enumerable.Range(0, _layers.Size)
            select s.X(_layers.Population, f)[r, lane],
        ];
}
