(* The theorems on the expected class radius, with no hypothesis on tails left.

   z ~ N(0, I_d) falls into one of finitely many disjoint classes; u_i(z) is the distance of z to
   the complement of the i-th class, so that u_i is 1-Lipschitz and nonnegative, {u_i > 0} is the
   (open) class, and r(z) = Sum_i u_i(z) is the class radius, of which at most one term is not 0.
   With the masses p_i = P[u_i > 0]:
     E r <= Sum_i f(p_i);
     E r <= gamma(||p||^2) if every p_i <= P = 0.9054005..., and so if ||p||^2 <= P^2;
     E r <= g(||p||^2) if every p_i <= p* = 0.2731182..., or if ||p||^2 <= s-hat;
     E r <= b + k ||p||^2 for every line b + k x above g on (0, max p].
   E is the expectation under N(0, I_d); the Gaussian isoperimetric inequality is proved in
   GaussianIsoperimetry. Disjointness is not needed. *)
From Coq Require Import Reals Lra List.
From Coquelicot Require Import Coquelicot.
From ClassRadius Require Import Gamma Normal Tail Rewrite TalkThreshold TalkTheorem.
From ClassRadius Require Import HalfspaceRadius.
From ClassRadius Require Import GaussianExpectation GaussianSpace GaussianIsoperimetry LayerCake.
Open Scope R_scope.

(* r(z) = Sum_i u_i(z). *)
Definition class_radius (d : nat) (us : list (space d -> R)) (z : space d) : R :=
  sum (map (fun u => u z) us).

(* What a distance to the complement of a set satisfies. *)
Definition distance_like (d : nat) (u : space d -> R) : Prop :=
  lipschitz d 1 u /\ forall z, 0 <= u z.

Lemma class_radius_lipschitz (d : nat) (us : list (space d -> R)) :
  (forall u, In u us -> lipschitz d 1 u) ->
  lipschitz d (INR (length us)) (class_radius d us).
Proof.
  unfold class_radius. induction us as [|u us IH]; intro H.
  - exact (lipschitz_constant d 0).
  - apply lipschitz_weaken with (1 + INR (length us)).
    + simpl length. rewrite S_INR. lra.
    + apply (lipschitz_sum d 1 (INR (length us)) u (fun z => sum (map (fun v => v z) us))).
      * apply H. now left.
      * apply IH. intros v V. apply H. now right.
Qed.

Lemma expect_class_radius (d : nat) (us : list (space d -> R)) :
  (forall u, In u us -> lipschitz d 1 u) ->
  expect d (class_radius d us) = sum (map (expect d) us).
Proof.
  induction us as [|u us IH]; intro H.
  - exact (expect_const d 0).
  - assert (H' : forall v, In v us -> lipschitz d 1 v) by (intros v V; apply H; now right).
    simpl. rewrite <- (IH H').
    apply (expect_plus d u (class_radius d us) 1 (INR (length us))).
    + apply H. now left.
    + now apply class_radius_lipschitz.
Qed.

(* E r <= Sum_i f(p_i): the halfspaces of the same masses, one by one. *)
Theorem isoperimetric_theorem_unconditional (d : nat) (us : list (space d -> R)) :
  (forall u, In u us -> distance_like d u /\ 0 < mass_positive d u < 1) ->
  expect d (class_radius d us) <= sum_of integrated_tail (map (mass_positive d) us).
Proof.
  intro H. rewrite expect_class_radius by (intros u U; now apply H).
  induction us as [|u us IH]; simpl; [lra|].
  destruct (H u (or_introl eq_refl)) as [[F P] M].
  assert (C := expected_distance_le d u F P M).
  specialize (IH (fun v V => H v (or_intror V))). lra.
Qed.

Lemma in_masses (d : nat) (us : list (space d -> R)) (b : R) :
  (forall u, In u us -> distance_like d u /\ 0 < mass_positive d u <= b) ->
  forall x, In x (map (mass_positive d) us) -> 0 < x <= b.
Proof. intros H x X. apply in_map_iff in X. destruct X as [u [<- U]]. now apply H. Qed.

(* E r <= gamma(||p||^2) if max p <= P. *)
Theorem talk_theorem_unconditional (d : nat) (us : list (space d -> R)) :
  (forall u, In u us -> distance_like d u /\ 0 < mass_positive d u <= talk_threshold) ->
  sum (map (mass_positive d) us) = 1 ->
  expect d (class_radius d us) <= gamma (collision (map (mass_positive d) us)).
Proof.
  intros H S. assert (B := talk_threshold_bounds).
  apply Rle_trans with (sum_of integrated_tail (map (mass_positive d) us)).
  { apply isoperimetric_theorem_unconditional. intros u U. destruct (H u U) as [A M].
    split; [exact A|lra]. }
  apply sum_le_gamma; [|exact S]. now apply in_masses.
Qed.

(* Nothing is assumed of p if ||p||^2 <= P^2. *)
Theorem talk_theorem_collision (d : nat) (us : list (space d -> R)) :
  (forall u, In u us -> distance_like d u /\ 0 < mass_positive d u) ->
  sum (map (mass_positive d) us) = 1 ->
  collision (map (mass_positive d) us) <= talk_threshold ^ 2 ->
  expect d (class_radius d us) <= gamma (collision (map (mass_positive d) us)).
Proof.
  intros H S C. assert (B := talk_threshold_bounds).
  apply talk_theorem_unconditional; [|exact S]. intros u U. split; [now apply H|].
  apply (masses_le_root (map (mass_positive d) us)); [lra| | |now apply in_map].
  - intros x X. apply in_map_iff in X. destruct X as [v [<- V]]. now apply H.
  - unfold collision in C. lra.
Qed.

(* E r <= g(||p||^2) if max p <= p*, g(p) = f(p) / p the expected radius of a halfspace given its
   class. *)
Theorem sharp_theorem_unconditional (d : nat) (us : list (space d -> R)) :
  (forall u, In u us -> distance_like d u /\ 0 < mass_positive d u <= concavity_threshold) ->
  sum (map (mass_positive d) us) = 1 ->
  expect d (class_radius d us) <= halfspace_radius (collision (map (mass_positive d) us)).
Proof.
  intros H S. assert (B := concavity_threshold_bounds).
  apply Rle_trans with (sum_of integrated_tail (map (mass_positive d) us)).
  { apply isoperimetric_theorem_unconditional. intros u U. destruct (H u U) as [A M].
    split; [exact A|lra]. }
  apply sum_le_halfspace_radius; [|exact S]. now apply in_masses.
Qed.

(* Nothing is assumed of p if ||p||^2 <= s-hat. *)
Theorem sharp_theorem_collision (d : nat) (us : list (space d -> R)) :
  (forall u, In u us -> distance_like d u /\ 0 < mass_positive d u) ->
  sum (map (mass_positive d) us) = 1 ->
  collision (map (mass_positive d) us) <= assumption_free_threshold ->
  expect d (class_radius d us) <= halfspace_radius (collision (map (mass_positive d) us)).
Proof.
  intros H S C. assert (B := assumption_free_threshold_bounds).
  assert (P : forall x, In x (map (mass_positive d) us) -> 0 < x).
  { intros x X. apply in_map_iff in X. destruct X as [u [<- U]]. now apply H. }
  assert (M := masses_le_root _ (1 / 2) ltac:(lra) P ltac:(unfold collision in C; lra)).
  apply Rle_trans with (sum_of integrated_tail (map (mass_positive d) us)).
  { apply isoperimetric_theorem_unconditional. intros u U. split; [now apply H|].
    specialize (M _ (in_map (mass_positive d) us u U)). lra. }
  now apply sum_le_halfspace_radius_free.
Qed.

(* The least concave majorant of g on (0, max p], as the infimum over lines. *)
Theorem majorant_theorem (d : nat) (us : list (space d -> R)) (b k : R) :
  (forall u, In u us -> distance_like d u /\ 0 < mass_positive d u < 1 /\
    halfspace_radius (mass_positive d u) <= b + k * mass_positive d u) ->
  sum (map (mass_positive d) us) = 1 ->
  expect d (class_radius d us) <= b + k * collision (map (mass_positive d) us).
Proof.
  intros H S. apply Rle_trans with (sum_of integrated_tail (map (mass_positive d) us)).
  { apply isoperimetric_theorem_unconditional. intros u U. split; now apply H. }
  apply sum_le_line; [|exact S]. intros x X. apply in_map_iff in X. destruct X as [u [<- U]].
  destruct (H u U) as [_ [M L]]. split; [lra|exact L].
Qed.
