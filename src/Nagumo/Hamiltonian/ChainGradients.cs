using Nagumo.Compute;

namespace Nagumo.Hamiltonian;

/// <summary>The gradients of one sample's cost in float64, in both readings, by contrasts and exactly; into the machine's parameters.</summary>
/// <remarks>
/// One identity stands behind all of them: along a nudged family, dC/dθ = d/dβ [∂S/∂θ] + ω_end − ω_start with ω = δ_θ q·δ_β p − δ_β q·δ_θ p. The
/// boundary problem makes both ends vanish by its Lagrangian conditions, the echo by keeping (q_0, p_0) fixed in θ and the kicked (q_L, p_L)
/// fixed in β. They are gradients of different functions. [docs/hamiltonian.md]
/// </remarks>
internal sealed class ChainGradients : IDisposable
{
    private readonly ChainMachine<double> _machine;
    private readonly ChainContrasts<double> _contrasts;
    private readonly LaneState<double> _pass,
        _echo,
        _next;
    private readonly GemmWorkspace<double> _workspace = new();

    /// <param name="machine">The chain; its parameters' gradients are written.</param>
    public ChainGradients(ChainMachine<double> machine)
    {
        _machine = machine;
        _contrasts = new(machine, 1);
        (_pass, _echo, _next) = (machine.CreateState(1), machine.CreateState(2), machine.CreateState(2));
    }

    private int Neurons => _machine.Chain.Trunk.Size;

    /// <summary>The layer-wise pass, keeping only its end: (q_L, p_L).</summary>
    public (double[] Q, double[] P) Pass(ReadOnlySpan<double> q0, ReadOnlySpan<double> p0)
    {
        Put(_pass, 0, q0, p0, 1);
        for (int l = 0; l < _machine.Chain.Depth; l++)
        {
            _machine.Kick(l, _pass, _workspace);
            _machine.Drift(_pass);
        }
        return (Get(_pass.Q, 0), Get(_pass.P, 0));
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
        _echo.Resize(2);
        Put(_echo, 0, end.Q, [.. end.P.Zip(force, (p, c) => -p + plus * c)], 2);
        Put(_echo, 1, end.Q, [.. end.P.Zip(force, (p, c) => -p + minus * c)], 2);
        trace?.Add((Get(_echo.Q, 0), Get(_echo.P, 0)));
        _contrasts.Begin();
        for (int l = _machine.Chain.Depth - 1; l >= 0; l--)
        {
            Stretch(_echo);
            for (int f = 0; f < _machine.Fields && _contrasts.ReadsLinks; f++)
                _contrasts.ReadLink(f, _echo.Force[f], 0, _echo.Force[f], 1, plus - minus, 0, 1);
            _machine.Drift(_echo);
            _machine.Kick(l, _echo, _workspace);
            _contrasts.Read(_echo, 0, _echo, 1, plus - minus, 0, 1);
            _contrasts.Gradient(l, link: true, 1, 0, 1, _workspace);
            trace?.Add((Get(_echo.Q, 0), Get(_echo.P, 0)));
        }
        return (
            Difference(Get(_echo.P, 0), Get(_echo.P, 1), plus - minus),
            // The echo runs with the momentum turned round, P = −p.
            Difference(Get(_echo.Q, 0), Get(_echo.Q, 1), plus - minus)
        );
    }

    /// <summary>The exact gradient of the pass: the echo's derivative in β.</summary>
    public (double[] Q0, double[] P0) ExactPass((double[] Q, double[] P) end, EndCost cost)
    {
        var force = new double[end.Q.Length];
        cost.Gradient(end.Q, force);
        Put(_pass, 0, end.Q, [.. end.P.Select(p => -p)], 1);
        Put(_echo, 0, new double[force.Length], force, 1);
        _contrasts.Begin();
        for (int l = _machine.Chain.Depth - 1; l >= 0; l--)
        {
            Stretch(_pass);
            Stretch(_echo);
            for (int f = 0; f < _machine.Fields && _contrasts.ReadsLinks; f++)
                _contrasts.ReadLinkTangent(f, _pass.Force[f], _echo.Force[f], 0, 1);
            _machine.Drift(_pass);
            _machine.Drift(_echo);
            _machine.TangentKick(l, _pass, _echo, _workspace);
            _contrasts.ReadTangent(_pass, _echo, 0, 1);
            _contrasts.Gradient(l, link: true, 1, 0, 1, _workspace);
        }
        return (Get(_echo.P, 0), Get(_echo.Q, 0));
    }

    /// <summary>Equilibrium Propagation: the contrast of ∂S/∂θ between two rest states of the boundary problem.</summary>
    public void Contrast(double[][] plus, double[][] minus, double deltaBeta)
    {
        _contrasts.Begin();
        for (int l = 0; l < plus.Length; l++)
        {
            Put(_echo, 0, plus[l], default, 2);
            Put(_echo, 1, minus[l], default, 2);
            _machine.Drive(l, _echo, _workspace);
            _contrasts.Read(_echo, 0, _echo, 1, deltaBeta, 0, 1);
            bool link = l + 1 < plus.Length;
            if (link && _contrasts.ReadsLinks)
            {
                Put(_next, 0, Difference(plus[l + 1], plus[l], 1), default, 2);
                Put(_next, 1, Difference(minus[l + 1], minus[l], 1), default, 2);
                for (int f = 0; f < _machine.Fields; f++)
                    _contrasts.ReadLink(f, _next.Q[f], 0, _next.Q[f], 1, deltaBeta, 0, 1);
            }
            _contrasts.Gradient(l, link, 1, 0, 1, _workspace);
        }
    }

    /// <summary>The exact gradient of the boundary problem from its rest state and dq/dβ = −H⁻¹ C'.</summary>
    public void ExactBoundary(double[][] q, double[][] response)
    {
        _contrasts.Begin();
        for (int l = 0; l < q.Length; l++)
        {
            Put(_pass, 0, q[l], default, 1);
            Put(_echo, 0, response[l], default, 1);
            _machine.TangentKick(l, _pass, _echo, _workspace);
            _contrasts.ReadTangent(_pass, _echo, 0, 1);
            bool link = l + 1 < q.Length;
            if (link && _contrasts.ReadsLinks)
            {
                Put(_next, 0, Difference(q[l + 1], q[l], 1), default, 2);
                Put(_next, 1, Difference(response[l + 1], response[l], 1), default, 2);
                for (int f = 0; f < _machine.Fields; f++)
                    _contrasts.ReadLinkTangent(f, _next.Q[f], _next.Q[f].Slice(0, Neurons, 1, 1), 0, 1);
            }
            _contrasts.Gradient(l, link, 1, 0, 1, _workspace);
        }
    }

    public void Dispose()
    {
        _contrasts.Dispose();
        _pass.Dispose();
        _echo.Dispose();
        _next.Dispose();
        _workspace.Dispose();
    }

    /// <summary>(a − b) / scale.</summary>
    private static double[] Difference(double[] a, double[] b, double scale) => [.. a.Zip(b, (x, y) => (x - y) / scale)];

    /// <summary>Force = D⁻¹P: the stretch that the next drift will make.</summary>
    private void Stretch(LaneState<double> s)
    {
        for (int f = 0; f < _machine.Fields; f++)
        for (int r = 0; r < Neurons; r++)
            RowMath.Scale(s.P[f].Row(r), 1 / _machine.Diffusion(f), s.Force[f].Row(r));
    }

    private void Put(LaneState<double> s, int lane, ReadOnlySpan<double> q, ReadOnlySpan<double> p, int lanes)
    {
        if (s.Lanes != lanes)
            s.Resize(lanes);
        for (int f = 0; f < _machine.Fields; f++)
        for (int r = 0; r < Neurons; r++)
        {
            s.Q[f].Row(r)[lane] = q[f * Neurons + r];
            s.P[f].Row(r)[lane] = p.IsEmpty ? 0 : p[f * Neurons + r];
        }
    }

    private double[] Get(MatView<double>[] fields, int lane) =>
        [.. fields.SelectMany(view => Enumerable.Range(0, Neurons).Select(r => view[r, lane]))];
}
